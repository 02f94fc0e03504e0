package io.outrider.authority;

import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** What a client of a TLS server on loopback sees of it. */
final class TestTls {
    private TestTls() {}

    /** A client that believes in this root alone. */
    static SSLContext trusting(X509Certificate root) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("root", root);
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /** What the server answers to these very bytes. */
    static String raw(int port, X509Certificate root, String request) throws Exception {
        var factory = trusting(root).getSocketFactory();
        try (Socket socket = factory.createSocket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(
                    socket.getInputStream().readNBytes(4_096), StandardCharsets.ISO_8859_1);
        }
    }

    /** The chain that the server presents, believed or not. */
    static List<X509Certificate> presented(int port) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        // Looks at what comes and judges nothing: in this test the clocks differ by months.
        context.init(null, new TrustManager[] {new TrustsAll()}, null);
        var factory = context.getSocketFactory();
        try (var socket = (SSLSocket) factory.createSocket("127.0.0.1", port)) {
            socket.startHandshake();
            return Arrays.stream(socket.getSession().getPeerCertificates())
                    .map(X509Certificate.class::cast)
                    .toList();
        }
    }

    /** The certificates of a PKCS #7 message in base64. */
    static List<X509Certificate> certificates(String base64) throws Exception {
        byte[] der = Base64.getMimeDecoder().decode(base64);
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(der))
                .stream()
                .map(X509Certificate.class::cast)
                .toList();
    }

    private static final class TrustsAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
