package io.outrider.tracker;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.seal.KeyStatement;
import io.outrider.topic.TrackerId;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The MQTT client over real mutual TLS, at a peer that speaks just enough MQTT 5. */
@Timeout(60)
class MqttUplinkTest {
    private static final TrackerId ID = new TrackerId("north", "truck-7");
    private static final TrackerOptions OPTIONS =
            TrackerOptions.DEFAULT
                    .withReconnect(Duration.ofMillis(20), Duration.ofMillis(100))
                    .withAnnounceInterval(Duration.ofMillis(50));

    @TempDir private Path temporary;
    private TestAuthority authority;

    @BeforeEach
    void makeAuthority() throws Exception {
        authority = new TestAuthority();
    }

    @Test
    void reports_go_out_under_the_trackers_certificate_and_answers_come_back_with_reasons()
            throws Exception {
        try (Peer peer = new Peer(authority, "localhost");
                Tracker tracker = tracker(authority, peer.port())) {
            tracker.start();
            tracker.feed(SimulatedVehicle.at(1, Instant.now(), Duration.ofSeconds(1)).next());

            assertThat(tracker.awaitDrained(Duration.ofSeconds(20))).isTrue();

            assertThat(peer.clients).containsOnly("CN=north.truck-7");
            assertThat(peer.topics)
                    .containsExactly(
                            "o1/north/truck-7/epoch",
                            "o1/north/truck-7/report",
                            "o1/north/truck-7/report");
            assertThat(peer.subscribed).containsOnly("o1/north/truck-7/down");
            assertThat(tracker.counts().acknowledged()).isEqualTo(1);
            assertThat(tracker.counts().resentReports()).isEqualTo(1);
        }
    }

    @Test
    void a_broker_under_another_name_hears_nothing() throws Exception {
        try (Peer peer = new Peer(authority, "elsewhere.example");
                Tracker tracker = tracker(authority, peer.port())) {
            assertHearsNothing(peer, tracker);
        }
    }

    @Test
    void a_broker_of_another_authority_hears_nothing() throws Exception {
        try (Peer peer = new Peer(new TestAuthority(), "localhost");
                Tracker tracker = tracker(authority, peer.port())) {
            assertHearsNothing(peer, tracker);
        }
    }

    private static void assertHearsNothing(Peer peer, Tracker tracker) throws Exception {
        tracker.start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> peer.failedHandshakes.size() >= 2);

        assertThat(peer.clients).isEmpty();
        assertThat(tracker.counts().connections()).isZero();
    }

    private Tracker tracker(TestAuthority of, int port) throws Exception {
        Path folder = temporary.resolve("state");
        PublicKey _ = of.enrolled(folder, ID, port, KeyStatement.DeleteOn.PUBACK);
        return Tracker.open(folder, OPTIONS);
    }

    /** Acknowledges all but the first report, which it wants sealed again. */
    private static final class Peer implements AutoCloseable {
        final List<String> clients = Collections.synchronizedList(new ArrayList<>());
        final List<String> topics = Collections.synchronizedList(new ArrayList<>());
        final List<String> subscribed = Collections.synchronizedList(new ArrayList<>());
        final List<String> failedHandshakes = Collections.synchronizedList(new ArrayList<>());
        private final SSLServerSocket listener;

        Peer(TestAuthority authority, String dnsName) throws Exception {
            listener =
                    (SSLServerSocket)
                            TlsFixture.server(authority, dnsName)
                                    .getServerSocketFactory()
                                    .createServerSocket(0, 50, InetAddress.getByName("localhost"));
            listener.setNeedClientAuth(true);
            Thread.ofVirtual().start(this::accept);
        }

        int port() {
            return listener.getLocalPort();
        }

        private void accept() {
            while (!listener.isClosed()) {
                try (SSLSocket socket = (SSLSocket) listener.accept()) {
                    serve(socket);
                } catch (IOException e) {
                    failedHandshakes.add(e.toString());
                }
            }
        }

        private void serve(SSLSocket socket) throws IOException {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            while (true) {
                int type = in.readUnsignedByte();
                byte[] body = in.readNBytes(remainingLength(in));
                switch (type >> 4) {
                    case 1 -> {
                        clients.add(socket.getSession().getPeerPrincipal().getName());
                        out.write(new byte[] {0x20, 3, 0, 0, 0});
                    }
                    case 3 -> publish(body, out);
                    case 8 -> {
                        subscribed.add(text(body, 3 + body[2]));
                        out.write(new byte[] {(byte) 0x90, 4, body[0], body[1], 0, 1});
                    }
                    case 12 -> out.write(new byte[] {(byte) 0xD0, 0});
                    default -> {
                        return;
                    }
                }
                out.flush();
            }
        }

        private void publish(byte[] body, OutputStream out) throws IOException {
            String topic = text(body, 0);
            int id = 2 + topic.length();
            boolean again = topic.endsWith("report") && !topics.contains(topic);
            topics.add(topic);
            if (!again) {
                out.write(new byte[] {0x40, 2, body[id], body[id + 1]});
                return;
            }
            byte[] reason = "seal-again please".getBytes(StandardCharsets.UTF_8);
            out.write(new byte[] {0x40, (byte) (7 + reason.length), body[id], body[id + 1]});
            out.write(new byte[] {(byte) 0x83, (byte) (3 + reason.length), 0x1F, 0});
            out.write(reason.length);
            out.write(reason);
        }

        private static String text(byte[] body, int at) {
            int length = (body[at] & 0xFF) << 8 | (body[at + 1] & 0xFF);
            return new String(body, at + 2, length, StandardCharsets.UTF_8);
        }

        private static int remainingLength(DataInputStream in) throws IOException {
            int value = 0;
            for (int shift = 0; ; shift += 7) {
                int digit = in.readUnsignedByte();
                value |= (digit & 0x7F) << shift;
                if (digit < 0x80) {
                    return value;
                }
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }
}
