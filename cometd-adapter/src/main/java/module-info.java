/** Wires the engine to CometD's Java server. */
module dev.halley.cometd {
    requires transitive dev.halley.core;
    requires transitive org.cometd.api.server;
    requires com.google.common;
    requires org.slf4j;

    exports dev.halley.cometd;
}
