package dev.halley.http;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Knows the addresses of hosts: by default what the JVM asks, tests have one of their own. Thread-safe. */
@FunctionalInterface
interface HostNames {

    /**
     * Returns the addresses of a host. It may block for as long as a name server is silent.
     *
     * @throws UnknownHostException if the host has none
     */
    InetAddress[] addresses(String host) throws UnknownHostException;
}
