package dev.halley.http;

import com.google.common.net.InetAddresses;
import com.google.common.net.InternetDomainName;
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

    /**
     * Returns whether a proxy may be asked for a host, which the proxy looks up itself, so that nobody here knows the
     * address. By default a literal is checked as any address is, and only those names are admitted that somebody can
     * have registered: none such as {@code localhost}, {@code hooks} or {@code hooks.internal}.
     *
     * @param host the host as the URL names it
     * @param port the port to connect to, from 1 to 65,535
     * @return true to ask the proxy; else the answer is {@code forbidden address}
     */
    default boolean admitsByProxy(String host, int port) {
        String name = WebUrl.host(host);
        return InetAddresses.isUriInetAddress(name)
                ? admits(host, port, InetAddresses.forUriString(name))
                : InternetDomainName.isValid(name)
                        && InternetDomainName.from(name).isUnderPublicSuffix();
    }
}
