/** Virtual time, fakes and contract kits, for tests of Halley and of what others plug into it. */
module dev.halley.testkit {
    requires transitive dev.halley.core;
    requires transitive org.assertj.core;
    requires transitive org.junit.jupiter.api;
    requires java.logging;

    exports dev.halley.testkit;
}
