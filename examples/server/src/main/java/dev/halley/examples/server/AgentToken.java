package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/**
 * The token that agents show to be let in.
 *
 * @param value never printed by {@link #toString()}
 */
record AgentToken(String value) {

    private static final String SCHEME = "Bearer ";

    static AgentToken random() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return new AgentToken(HexFormat.of().formatHex(bytes));
    }

    /** Throws a {@link Refusal} if a request does not carry the token. */
    void check(Request request) {
        String header = request.getHeaders().get(HttpHeader.AUTHORIZATION);
        if (header == null
                || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                || !MessageDigest.isEqual(
                        header.substring(SCHEME.length()).strip().getBytes(UTF_8), value.getBytes(UTF_8))) {
            throw Refusal.unauthorized("The agent's token is missing or wrong: Authorization: Bearer <token>");
        }
    }

    @Override
    public String toString() {
        return "AgentToken[…]";
    }
}
