/** HTTP for providers of pushes: one client within bounds, and a guard of the addresses that it dials. */
module dev.halley.http {
    requires transitive dev.halley.core;
    requires com.google.common;
    requires transitive org.eclipse.jetty.client;
    requires org.eclipse.jetty.http;
    requires org.eclipse.jetty.io;
    requires org.eclipse.jetty.util;

    exports dev.halley.http;
}
