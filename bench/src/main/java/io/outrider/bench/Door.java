package io.outrider.bench;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import javax.net.ssl.X509TrustManager;

/**
 * Where a server listens, and by what it is believed.
 *
 * @param protocol the TLS version that the generator offers
 */
record Door(InetSocketAddress address, X509TrustManager trust, String protocol) {
    static Door onLoopback(int port, X509TrustManager trust) {
        return new Door(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), trust, "TLSv1.3");
    }
}
