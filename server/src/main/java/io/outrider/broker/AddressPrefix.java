package io.outrider.broker;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What limits hold on to instead of an address: a /24 of IPv4, a /56 of IPv6, which is what one
 * subscriber commonly has.
 */
record AddressPrefix(String hex) {
    private static final int IPV4_BYTES = 3;
    private static final int IPV6_BYTES = 7;

    static AddressPrefix of(InetAddress address) {
        byte[] bytes = address.getAddress();
        int length = bytes.length == 4 ? IPV4_BYTES : IPV6_BYTES;
        return new AddressPrefix(HexFormat.of().formatHex(Arrays.copyOf(bytes, length)));
    }
}
