package dev.halley.examples.server;

/** Says that a request is refused, with the status and the words of the answer. */
final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

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

    /** What was sent can't be read. */
    static Refusal malformed(String message) {
        return new Refusal(400, "Malformed", message);
    }

    /** The chat is over, and its service wants that to be an error. */
    static Refusal ended() {
        return new Refusal(400, "Ended", "The chat has ended");
    }

    /** Nobody knows who is asking. */
    static Refusal unauthorized(String message) {
        return new Refusal(401, "Unauthorized", message);
    }

    /** There is no such thing, or it is somebody else's: the same words for both. */
    static Refusal notFound() {
        return new Refusal(404, "NotFound", "There is no such service or chat");
    }

    /** There is such a thing, but not in this way. */
    static Refusal methodNotAllowed() {
        return new Refusal(405, "MethodNotAllowed", "This call has another method");
    }

    /** The chat is over, and an agent wants to go on. */
    static Refusal conflict() {
        return new Refusal(409, "Ended", "The chat has ended");
    }

    /** The body or a text is too large. */
    static Refusal tooLarge(String message) {
        return new Refusal(413, "TooLarge", message);
    }

    /** A value is missing or wrong; GMS's choice of status. */
    static Refusal unacceptable(String message) {
        return new Refusal(415, "WrongValue", message);
    }

    /** Too many keys were wrong; the same words whether the next one would be right. */
    static Refusal tooMany(long seconds) {
        return new Refusal(429, "TooManyFailures", "Too many keys were missing or wrong; try again later", seconds);
    }

    /** Something here has failed; the log says what. */
    static Refusal unavailable() {
        return new Refusal(503, "Unavailable", "This did not work; try again later");
    }

    int status() {
        return status;
    }

    Answer answer() {
        Answer answer = Answer.error(status, kind, String.valueOf(getMessage()));
        return retryAfter == 0 ? answer : answer.retryAfter(retryAfter);
    }
}
