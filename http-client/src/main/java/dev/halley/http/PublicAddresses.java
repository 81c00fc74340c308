package dev.halley.http;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;

/**
 * The addresses of the public internet, by IANA's special-purpose registries.
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

    /** What is routed at all; the rest is loopback, link-local, private, multicast, or IPv4 in disguise. */
    private static final List<AddressBlock> ROUTED = blocks("0.0.0.0/0", "2000::/3");

    /** An IPv4 address in its last 32 bits: what DNS64 gives an IPv6 network for a host that has IPv4 alone. */
    private static final AddressBlock NAT64 = AddressBlock.of("64:ff9b::/96");

    private PublicAddresses() {}

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
