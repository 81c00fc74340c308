package dev.halley.http;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;

/**
 * Addresses of one family that begin with the same bits.
 *
 * @param network one of them
 * @param bits how many bits they share
 */
record AddressBlock(InetAddress network, int bits) {

    /** @throws IllegalArgumentException if an address does not have so many bits */
    AddressBlock {
        if (bits < 0 || bits > 8 * network.getAddress().length) {
            throw new IllegalArgumentException("An address does not have " + bits + " bits");
        }
    }

    /**
     * Returns the block that a text such as {@code 10.0.0.0/8} stands for.
     *
     * @throws IllegalArgumentException if it stands for none
     */
    static AddressBlock of(String text) {
        int slash = text.indexOf('/');
        return new AddressBlock(
                InetAddresses.forString(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    boolean contains(InetAddress address) {
        byte[] mine = network.getAddress();
        byte[] other = address.getAddress();
        if (mine.length != other.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> (bit % 8);
            if (((mine[bit / 8] ^ other[bit / 8]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }
}
