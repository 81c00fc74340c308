package dev.halley.examples.server;

import java.io.PrintStream;

final class Story {
    private final PrintStream out;

    Story(PrintStream out) {
        this.out = out;
    }

    boolean play() {
        out.println();
        return true;
    }
}
