package dev.halley.http;

import java.net.InetAddress;

/**
 * Says which addresses may be dialled. It is asked each time that a host was looked up, and what it admits is what is
 * dialled then: a name cannot have one address when it is checked and another when it is used.
 *
 * <p>Implementations are thread-safe and do not block.
 */
@FunctionalInterface
public interface AddressGuard {

    /**
     * Returns whether an address of a host may be dialled.
     *
     * @param host as the URL has it
     */
    boolean admits(String host, int port, InetAddress address);
}
