package io.outrider.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** TLS with what a tracker keeps in its state folder, from an address of loopback. */
final class EnrolledSocket implements AutoCloseable {
    private static final int WAIT_MS = 30_000;
    private static final char[] NONE = {};

    private final SSLSocket socket;

    private EnrolledSocket(SSLSocket socket) {
        this.socket = socket;
    }

    /** Connects, and is through the handshake when this returns. */
    static EnrolledSocket open(SSLContext context, String from, int port) throws IOException {
        var plain = new Socket();
        plain.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
        plain.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), WAIT_MS);
        plain.setSoTimeout(WAIT_MS);
        var socket =
                (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", port, true);
        socket.startHandshake();
        return new EnrolledSocket(socket);
    }

    /** Gives the reason code of the CONNACK (MQTT 5); -1 where the server hangs up instead. */
    int connect(String clientId) throws IOException {
        byte[] id = clientId.getBytes(StandardCharsets.US_ASCII);
        var connect = new ByteArrayOutputStream();
        connect.writeBytes(new byte[] {0x10, (byte) (13 + id.length), 0, 4, 'M', 'Q', 'T', 'T'});
        connect.writeBytes(new byte[] {5, 2, 0, 60, 0, 0, (byte) id.length});
        connect.writeBytes(id);
        socket.getOutputStream().write(connect.toByteArray());
        socket.getOutputStream().flush();
        byte[] answer = socket.getInputStream().readNBytes(4); // its length is in one byte
        return answer.length == 4 && answer[0] == 0x20 ? answer[3] & 0xff : -1;
    }

    void send(byte[]... packets) throws IOException {
        for (byte[] packet : packets) {
            socket.getOutputStream().write(packet);
        }
        socket.getOutputStream().flush();
    }

    /** The next packet, whole, its length in one byte; empty where the server hangs up instead. */
    byte[] receive() throws IOException {
        byte[] head = socket.getInputStream().readNBytes(2);
        if (head.length < 2) {
            return new byte[0];
        }
        byte[] rest = socket.getInputStream().readNBytes(head[1]);
        return ByteBuffer.allocate(2 + rest.length).put(head).put(rest).array();
    }

    /** With the key and the certificates of a tracker's state folder. */
    static SSLContext context(Path state) throws IOException, GeneralSecurityException {
        return context(state, "identity");
    }

    /** With NAME.key, NAME.pem and ca.pem of this folder. */
    static SSLContext context(Path folder, String name)
            throws IOException, GeneralSecurityException {
        var keys = keyManagers(folder.resolve(name + ".key"), folder.resolve(name + ".pem"));
        var context = SSLContext.getInstance("TLS");
        context.init(
                keys.getKeyManagers(), trust(folder.resolve("ca.pem")).getTrustManagers(), null);
        return context;
    }

    /** A key of P-256 and its certificates, in PEM. */
    static KeyManagerFactory keyManagers(Path keyFile, Path chain)
            throws IOException, GeneralSecurityException {
        String key = Files.readString(keyFile).replaceAll("-----[A-Z ]+-----", "");
        var keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry(
                "key",
                KeyFactory.getInstance("EC")
                        .generatePrivate(
                                new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(key))),
                NONE,
                certificates(chain));
        var managers = KeyManagerFactory.getInstance("PKIX");
        managers.init(keys, NONE);
        return managers;
    }

    /** In the first certificate of this file. */
    static TrustManagerFactory trust(Path authority) throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("root", certificates(authority)[0]);
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        return trust;
    }

    private static Certificate[] certificates(Path file)
            throws IOException, GeneralSecurityException {
        try (var in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(in)
                    .toArray(Certificate[]::new);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
