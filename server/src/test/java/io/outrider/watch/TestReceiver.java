package io.outrider.watch;

import io.outrider.gate.TestAuthority;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A syslog receiver on loopback over TLS that reads frames of RFC 5425 strictly. */
final class TestReceiver implements AutoCloseable {
    final List<Rfc5424> messages = new CopyOnWriteArrayList<>();
    final List<String> faults = new CopyOnWriteArrayList<>();
    final AtomicLong bytes = new AtomicLong();
    final AtomicInteger handshakes = new AtomicInteger();
    final Set<String> clients = ConcurrentHashMap.newKeySet();

    private final SSLServerSocket listener;
    private final Set<SSLSocket> open = ConcurrentHashMap.newKeySet();

    private TestReceiver(SSLServerSocket listener) {
        this.listener = listener;
    }

    /**
     * @param port 0 for any
     * @param clientsOf whose certificates a client must show; null for none
     */
    static TestReceiver start(
            TestAuthority.Credential server,
            int port,
            @org.jspecify.annotations.Nullable X509Certificate clientsOf)
            throws IOException, GeneralSecurityException {
        char[] none = {};
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "server",
                server.key().getPrivate(),
                none,
                new Certificate[] {server.certificate()});
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, none);
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        if (clientsOf != null) {
            trusted.setCertificateEntry("ca", clientsOf);
        }
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                keys.getKeyManagers(), clientsOf == null ? null : trust.getTrustManagers(), null);
        ServerSocket socket =
                context.getServerSocketFactory()
                        .createServerSocket(port, 50, InetAddress.getLoopbackAddress());
        var listener = (SSLServerSocket) socket;
        listener.setNeedClientAuth(clientsOf != null);
        var receiver = new TestReceiver(listener);
        Thread.ofVirtual().start(receiver::accept);
        return receiver;
    }

    int port() {
        return listener.getLocalPort();
    }

    /** The values of a field, of all messages in their order. */
    List<String> field(String element, String name) {
        return messages.stream()
                .map(message -> message.data().get(element))
                .filter(parameters -> parameters != null && parameters.containsKey(name))
                .map(parameters -> String.valueOf(parameters.get(name)))
                .toList();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                var socket = (SSLSocket) listener.accept();
                open.add(socket);
                Thread.ofVirtual().start(() -> receive(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void receive(SSLSocket socket) {
        try (socket) {
            socket.startHandshake();
            handshakes.incrementAndGet();
            if (socket.getNeedClientAuth()) {
                clients.add(socket.getSession().getPeerPrincipal().getName());
            }
            var in = new DataInputStream(socket.getInputStream());
            while (true) {
                byte[] message = new byte[length(in)];
                in.readFully(message);
                bytes.addAndGet(message.length);
                messages.add(Rfc5424.parse(message));
            }
        } catch (IOException e) {
            return; // it has hung up, or never got that far
        } catch (AssertionError e) {
            faults.add(String.valueOf(e.getMessage()));
        } finally {
            open.remove(socket);
        }
    }

    /** {@code NONZERO-DIGIT *DIGIT SP} (RFC 5425, section 4.3). */
    private int length(DataInputStream in) throws IOException {
        int length = 0;
        for (int c = in.readUnsignedByte(); c != ' '; c = in.readUnsignedByte()) {
            if (c < (length == 0 ? '1' : '0') || c > '9' || length > 100_000) {
                throw new AssertionError("not a MSG-LEN: " + c);
            }
            length = length * 10 + c - '0';
        }
        if (length == 0 || length > 2048) {
            throw new AssertionError("a message of " + length + " bytes");
        }
        return length;
    }

    /** As a receiver that is killed. */
    @Override
    public void close() throws IOException {
        listener.close();
        for (SSLSocket socket : open) {
            socket.close();
        }
    }
}
