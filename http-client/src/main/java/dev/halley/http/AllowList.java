package dev.halley.http;

import com.google.common.net.InetAddresses;
import com.google.common.net.InternetDomainName;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An operator's exceptions to the rules for where requests may go, such as {@code hooks.internal,
 * http://10.0.0.0/8:8080}. Entries have commas between them; each is {@code [http://]host[:port]}:
 *
 * <ul>
 *   <li>{@code hooks.internal} is a name; {@code *.hooks.internal} is every name below it, but not itself. URLs with
 *       that name may go to whatever address it has.
 *   <li>{@code 10.1.2.3}, {@code 10.0.0.0/8}, {@code [fd00::1]} and {@code [fd00::]/8} are addresses. URLs may go
 *       there, whether they name the address itself or a host that has it.
 *   <li>{@code :8443} restricts an entry to that port; without it every port is admitted.
 *   <li>{@code http://} admits plain {@code http} as well, to URLs that name the host, or an address of the block,
 *       literally.
 * </ul>
 *
 * <p>Immutable, and so thread-safe.
 */
public final class AllowList {

    private static final Pattern ENTRY = Pattern.compile("(?<plain>http://)?(?<below>\\*\\.)?"
            + "(?<host>\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(/(?<bits>[0-9]{1,3}))?(:(?<port>[0-9]{1,5}))?");
    private static final int ANY_PORT = 0;

    private final List<Entry> entries;

    private AllowList(List<Entry> entries) {
        this.entries = entries;
    }

    /**
     * Parses a list.
     *
     * @param text entries with commas between them; an empty text has none
     * @return the list
     * @throws IllegalArgumentException if an entry is malformed
     */
    public static AllowList parse(String text) {
        return new AllowList(Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .map(Entry::parse)
                .toList());
    }

    /**
     * Returns whether an entry with {@code http://} admits a URL of plain {@code http}.
     *
     * @param host the host as the URL names it
     * @param port the port to connect to
     * @return whether plain {@code http} to that host is admitted
     */
    public boolean admitsPlain(String host, int port) {
        return entries.stream()
                .anyMatch(entry -> entry.plain && entry.isForPort(port) && entry.hosts.test(WebUrl.host(host)));
    }

    /**
     * Returns whether an entry admits an address of a host, as in {@link AddressGuard#admits}.
     *
     * @param host the host as the URL names it
     * @param port the port to connect to
     * @param address an address of the host
     * @return whether the address may be dialled
     */
    public boolean admits(String host, int port, InetAddress address) {
        return entries.stream()
                .anyMatch(entry -> entry.isForPort(port)
                        && (entry.hosts.test(WebUrl.host(host)) || entry.addresses.test(address)));
    }

    /**
     * Returns whether an entry names a host, or has a literal address in its block, as in {@link
     * AddressGuard#admitsByProxy}.
     *
     * @param host the host as the URL names it
     * @param port the port to connect to
     * @return whether a proxy may be asked for it
     */
    public boolean admitsByProxy(String host, int port) {
        return entries.stream().anyMatch(entry -> entry.isForPort(port) && entry.hosts.test(WebUrl.host(host)));
    }

    /**
     * One exception.
     *
     * @param plain whether plain http is admitted as well
     * @param port the only port that is admitted, or {@link #ANY_PORT}
     * @param hosts the hosts that a URL may name
     * @param addresses the addresses that a host may turn out to have
     */
    private record Entry(boolean plain, int port, Predicate<String> hosts, Predicate<InetAddress> addresses) {

        static Entry parse(String text) {
            Matcher parts = ENTRY.matcher(text);
            check(parts.matches());
            boolean plain = parts.group("plain") != null;
            boolean below = parts.group("below") != null;
            String host = WebUrl.host(parts.group("host"));
            String bits = parts.group("bits");
            int port = parts.group("port") == null ? ANY_PORT : Integer.parseInt(parts.group("port"));
            check(parts.group("port") == null || (port >= 1 && port <= 65_535));
            if (InetAddresses.isUriInetAddress(host)) {
                check(!below);
                InetAddress address = InetAddresses.forUriString(host);
                AddressBlock block = new AddressBlock(
                        address, bits == null ? 8 * address.getAddress().length : Integer.parseInt(bits));
                return new Entry(plain, port, named -> isLiteralIn(block, named), block::contains);
            }
            check(bits == null && InternetDomainName.isValid(host));
            return new Entry(plain, port, below ? named -> named.endsWith("." + host) : host::equals, address -> false);
        }

        boolean isForPort(int asked) {
            return port == ANY_PORT || port == asked;
        }

        private static boolean isLiteralIn(AddressBlock block, String host) {
            return InetAddresses.isUriInetAddress(host) && block.contains(InetAddresses.forUriString(host));
        }

        private static void check(boolean wellFormed) {
            if (!wellFormed) {
                throw new IllegalArgumentException("Not [http://]host[:port]");
            }
        }
    }
}
