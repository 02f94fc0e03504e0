package io.outrider.broker;

import io.outrider.gate.TestAuthority;
import io.outrider.gate.TestAuthority.Credential;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.HexFormat;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A TLS connection over which a test says what no client library would let it say. */
final class RawMqtt implements AutoCloseable {
    private final SSLSocket socket;

    RawMqtt(TestBroker broker, Credential credential) throws IOException {
        this(broker, credential, "mqtt");
    }

    /** To a listener by its name. */
    RawMqtt(TestBroker broker, Credential credential, String listener) throws IOException {
        this(broker, Optional.of(credential), listener, "127.0.0.1");
    }

    /** From an address of loopback, with this certificate or none. */
    RawMqtt(TestBroker broker, Optional<Credential> credential, String listener, String from)
            throws IOException {
        try {
            SSLContext context = context(broker, credential);
            socket =
                    (SSLSocket)
                            context.getSocketFactory()
                                    .createSocket(
                                            InetAddress.ofLiteral("127.0.0.1"),
                                            broker.broker().port(listener),
                                            InetAddress.ofLiteral(from),
                                            0);
            socket.setSoTimeout(20_000);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** TLS that shows this certificate or none. */
    static SSLContext context(TestBroker broker, Optional<Credential> credential)
            throws GeneralSecurityException, IOException {
        var keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        if (credential.isPresent()) {
            keys.setKeyEntry(
                    "key",
                    credential.get().key().getPrivate(),
                    TestAuthority.PASSPHRASE,
                    new Certificate[] {credential.get().certificate()});
        }
        keys.setCertificateEntry("root", broker.authority.root());
        var keyManagers = KeyManagerFactory.getInstance("PKIX");
        keyManagers.init(keys, TestAuthority.PASSPHRASE);
        var trustManagers = TrustManagerFactory.getInstance("PKIX");
        trustManagers.init(keys);
        var context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
        return context;
    }

    /** Connected with MQTT 5, client identifier as given, keep alive 60 s. */
    static RawMqtt connected(TestBroker broker, String id) throws IOException {
        var raw = new RawMqtt(broker, broker.enrol(id, 1));
        raw.send(connect(id));
        byte[] answer = raw.receive();
        if (answer[0] != 0x20 || answer[3] != 0) {
            throw new AssertionError("no CONNACK 0x00: " + HexFormat.of().formatHex(answer));
        }
        return raw;
    }

    static byte[] connect(String id) {
        return packet(0x10, join(utf8("MQTT"), new byte[] {5, 2, 0, 60, 0}, utf8(id)));
    }

    /** MQTT 5 with user name and password, clean start, keep alive 60 s. */
    static byte[] connect(String id, String user, String password) {
        return packet(
                0x10,
                join(
                        utf8("MQTT"),
                        new byte[] {5, (byte) 0xc2, 0, 60, 0},
                        utf8(id),
                        utf8(user),
                        utf8(password)));
    }

    /**
     * A PUBLISH without properties.
     *
     * @param flags 0x2 is QoS 1, 0x4 is QoS 2, 0x1 is retain, 0x8 is DUP
     */
    static byte[] publish(int flags, String topic, int packetId) {
        byte[] id = {(byte) (packetId >> 8), (byte) packetId};
        return packet(0x30 | flags, join(utf8(topic), id, new byte[] {0, 7}));
    }

    static byte[] packet(int first, byte[] rest) {
        var out = new ByteArrayOutputStream();
        out.write(first);
        int left = rest.length;
        do {
            out.write(left > 127 ? left % 128 | 0x80 : left);
            left /= 128;
        } while (left > 0);
        out.writeBytes(rest);
        return out.toByteArray();
    }

    static byte[] utf8(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return join(new byte[] {(byte) (bytes.length >> 8), (byte) bytes.length}, bytes);
    }

    static byte[] join(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    void send(byte[]... packets) throws IOException {
        socket.getOutputStream().write(join(packets));
        socket.getOutputStream().flush();
    }

    /** Sends TLS's close_notify, and leaves the TCP connection open. */
    void closeTls() throws IOException {
        socket.shutdownOutput();
    }

    /** All that comes until the broker hangs up. */
    byte[] receiveAll() throws IOException {
        var in = socket.getInputStream();
        var out = new ByteArrayOutputStream();
        try {
            in.transferTo(out);
        } catch (SocketException | SSLException e) {
            // It has hung up without a word of TLS.
        }
        return out.toByteArray();
    }

    /** The next bytes, exactly so many. */
    byte[] receive(int count) throws IOException {
        return socket.getInputStream().readNBytes(count);
    }

    /** The next packet, whole; empty where the broker has hung up instead. */
    byte[] receive() throws IOException {
        try {
            var in = socket.getInputStream();
            int first = in.read();
            if (first < 0) {
                return new byte[0];
            }
            int length = 0;
            int shift = 0;
            int digit;
            do {
                digit = in.read();
                length |= (digit & 0x7f) << shift;
                shift += 7;
            } while ((digit & 0x80) != 0);
            return packet(first, in.readNBytes(length));
        } catch (SocketException | SSLException e) {
            return new byte[0];
        }
    }

    /** The reason code of the CONNACK that comes next. */
    int connackCode() throws IOException {
        byte[] answer = receive();
        if (answer.length < 4 || answer[0] != 0x20) {
            throw new AssertionError("no CONNACK: " + HexFormat.of().formatHex(answer));
        }
        return answer[3] & 0xff;
    }

    /** The reason code of the DISCONNECT that comes next. */
    int disconnectCode() throws IOException {
        byte[] answer = receive();
        if (answer.length < 3 || answer[0] != (byte) 0xe0) {
            throw new AssertionError("no DISCONNECT: " + HexFormat.of().formatHex(answer));
        }
        return answer[2] & 0xff;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
