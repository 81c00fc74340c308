package dev.halley.http;

import java.io.IOException;

/** Says that the name server of a host did not answer in time, now or a moment ago. */
final class LookUpTimeoutException extends IOException {
    private static final long serialVersionUID = 1L;

    LookUpTimeoutException() {
        super("look-up timeout");
    }
}
