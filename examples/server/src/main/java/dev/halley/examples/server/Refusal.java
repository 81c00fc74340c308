package dev.halley.examples.server;

import dev.halley.RefusedException;

/** Refuses a request, with the status and the words of the answer. */
final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** When it is worth trying again after a bound was reached: chats end, and what is kept is removed. */
    private static final long WAIT_SECONDS = 60;

    private final int status;
    private final String kind;
    private final long retryAfter;

    private Refusal(int status, String kind, String message) {
        this(status, kind, message, 0);
    }

    private Refusal(int status, String kind, String message, long retryAfter) {
        super(message, null, false, false);
        this.status = status;
        this.kind = kind;
        this.retryAfter = retryAfter;
    }

    /** The request can't be read. */
    static Refusal malformed(String message) {
        return new Refusal(400, "Malformed", message);
    }

    /** The chat has ended, and its service makes this an error. */
    static Refusal ended() {
        return new Refusal(400, "Ended", "The chat has ended");
    }

    /** It is not known who is asking. */
    static Refusal unauthorized(String message) {
        return new Refusal(401, "Unauthorized", message);
    }

    /** The page that asks is none of this server's, and its origin is not allowed. */
    static Refusal foreignOrigin(String message) {
        return new Refusal(403, "ForeignOrigin", message);
    }

    /** The name in the request is none of this server's. */
    static Refusal misdirected() {
        return new Refusal(
                421,
                "Misdirected",
                "This demonstration answers only as localhost; with --config a server has whatever name it is called");
    }

    /** There is no such chat, or it is somebody else's: both have the same words. */
    static Refusal notFound() {
        return new Refusal(404, "NotFound", "There is no such service or chat");
    }

    /** The URL exists, but not with this method. */
    static Refusal methodNotAllowed() {
        return new Refusal(405, "MethodNotAllowed", "This call has another method");
    }

    /** The request took too long to arrive. */
    static Refusal tooSlow() {
        return new Refusal(408, "TooSlow", "The request did not arrive in time");
    }

    /** The chat has ended, and an agent tries to go on. */
    static Refusal conflict() {
        return new Refusal(409, "Ended", "The chat has ended");
    }

    /** The body or a text is too large. */
    static Refusal tooLarge(String message) {
        return new Refusal(413, "TooLarge", message);
    }

    /** A value is missing or wrong. GMS chose the status. */
    static Refusal unacceptable(String message) {
        return new Refusal(415, "WrongValue", message);
    }

    /** Too many keys were wrong. The words do not tell whether this one is right. */
    static Refusal tooMany(long seconds) {
        return new Refusal(429, "TooManyFailures", "Too many keys were missing or wrong; try again later", seconds);
    }

    /** Something has failed in the server. The log says what. */
    static Refusal unavailable() {
        return new Refusal(503, "Unavailable", "This did not work; try again later");
    }

    /** A bound of the engine's was reached. */
    static Refusal of(RefusedException refused) {
        String message = String.valueOf(refused.getMessage());
        return switch (refused.reason()) {
            case TOO_MANY_CHATS_OF_USER -> new Refusal(429, "TooMany", message, WAIT_SECONDS);
            case NO_ROOM_FOR_CHATS, NO_ROOM_FOR_EVENTS -> new Refusal(503, "Unavailable", message, WAIT_SECONDS);
        };
    }

    int status() {
        return status;
    }

    Answer answer() {
        Answer answer = Answer.error(status, kind, String.valueOf(getMessage()));
        return retryAfter == 0 ? answer : answer.retryAfter(retryAfter);
    }
}
