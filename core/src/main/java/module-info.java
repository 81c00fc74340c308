/** The engine: one transcript per chat, read by live delivery, catch-up and push, each with a position of its own. */
module dev.halley.core {
    requires transitive org.jspecify;
    requires org.slf4j;
    requires com.google.common;
    requires io.github.resilience4j.circuitbreaker;
    requires io.github.resilience4j.bulkhead;
    requires io.github.resilience4j.core;

    exports dev.halley;
    exports dev.halley.spi;

    uses dev.halley.spi.PushProviderFactory;
}
