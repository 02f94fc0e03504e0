package io.outrider.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.ssl.X509TrustManager;

/**
 * Where a server listens, and by what it is believed.
 *
 * @param protocol the TLS version that the generator offers
 */
record Door(InetSocketAddress address, X509TrustManager trust, String protocol) {
    /** Whether somebody listens there now. */
    boolean isOpen() {
        try (var _ = new Socket(address.getAddress(), address.getPort())) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static Door onLoopback(int port, X509TrustManager trust) {
        return new Door(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), trust, "TLSv1.3");
    }
}
