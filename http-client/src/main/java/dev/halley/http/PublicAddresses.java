package dev.halley.http;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;

/**
 * The addresses of the public internet, as IANA's special-purpose registries define them. This class is thread-safe.
 *
 * @see <a href="https://www.iana.org/assignments/iana-ipv4-special-registry">IPv4</a>
 * @see <a href="https://www.iana.org/assignments/iana-ipv6-special-registry">IPv6</a>
 */
public final class PublicAddresses {

    private static final List<AddressBlock> NOT_PUBLIC = blocks(
            "0.0.0.0/8", // this network
            "10.0.0.0/8", // private
            "100.64.0.0/10", // behind a carrier's address translation
            "127.0.0.0/8", // loopback
            "169.254.0.0/16", // link-local, and the metadata of clouds
            "172.16.0.0/12", // private
            "192.0.0.0/24", // protocol assignments
            "192.0.2.0/24", // documentation
            "192.88.99.0/24", // 6to4 relays
            "192.168.0.0/16", // private
            "198.18.0.0/15", // benchmarks
            "198.51.100.0/24", // documentation
            "203.0.113.0/24", // documentation
            "224.0.0.0/4", // multicast
            "240.0.0.0/4", // reserved, and broadcast
            "2001::/23", // protocol assignments; Teredo, which wraps an IPv4 address, is one
            "2001:db8::/32", // documentation
            "2002::/16", // 6to4, which wraps an IPv4 address
            "3fff::/20"); // documentation

    /** All that is routed; the rest is loopback, link-local, private, multicast, or a wrapped IPv4 address. */
    private static final List<AddressBlock> ROUTED = blocks("0.0.0.0/0", "2000::/3");

    /** Holds an IPv4 address in the last 32 bits: DNS64 gives these to an IPv6 network for hosts with IPv4 alone. */
    private static final AddressBlock NAT64 = AddressBlock.of("64:ff9b::/96");

    private PublicAddresses() {}

    /**
     * Returns whether an address is public. An IPv6 address that NAT64 maps to an IPv4 address is as public as that.
     *
     * @param address an IPv4 or IPv6 address
     * @return whether anybody on the internet could be reached at it
     */
    public static boolean contain(InetAddress address) {
        if (NAT64.contains(address)) {
            return contain(InetAddresses.fromInteger(
                    ByteBuffer.wrap(address.getAddress()).getInt(12)));
        }
        return isIn(ROUTED, address) && !isIn(NOT_PUBLIC, address);
    }

    private static boolean isIn(List<AddressBlock> blocks, InetAddress address) {
        return blocks.stream().anyMatch(block -> block.contains(address));
    }

    private static List<AddressBlock> blocks(String... texts) {
        return Stream.of(texts).map(AddressBlock::of).toList();
    }
}
