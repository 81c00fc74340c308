package dev.halley.http;

import java.net.InetAddress;

/**
 * Says which addresses may be dialled. It is asked after each look-up of a host, and only the addresses that it admits
 * are dialled then: a name cannot have one address when it is checked and another when it is used.
 *
 * <p>Implementations are thread-safe and do not block.
 */
@FunctionalInterface
public interface AddressGuard {

    /**
     * Returns whether an address of a host may be dialled.
     *
     * @param host the host as the URL names it
     * @param port the port to connect to, from 1 to 65,535
     * @param address an address of the host
     * @return true to dial it; if no address of the host is admitted, the answer is {@code forbidden address}
     */
    boolean admits(String host, int port, InetAddress address);
}
