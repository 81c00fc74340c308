package dev.halley.http;

import java.io.IOException;

/** Says that a host has no address that is admitted. */
final class ForbiddenAddressException extends IOException {
    private static final long serialVersionUID = 1L;

    ForbiddenAddressException() {
        super("forbidden address");
    }
}
