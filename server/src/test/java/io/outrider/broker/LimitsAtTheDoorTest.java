package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outrider.gate.GateEvent;
import io.outrider.gate.Limit;
import io.outrider.gate.Limits;
import io.outrider.gate.TestAuthority.Credential;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a peer may cost before it is let in: each limit from both sides. */
@Timeout(120)
class LimitsAtTheDoorTest {
    private static final Duration TIME_MAX = Duration.ofSeconds(6);
    private static final int CONNECT_BYTES_MAX = 512;
    private static final int BYTES_MAX = 20 * 1024;
    private static final int RECORD_BYTES = 16 * 1024;
    private static final Limits LIMITS =
            TestLimits.of(
                    Map.of(
                            "connectionsMax", 8,
                            "connectionsPerPrefixMax", 4,
                            "unprovenMax", 6,
                            "unprovenPerPrefixMax", 3,
                            "handshakeTimeMax", TIME_MAX,
                            "connectTimeMax", TIME_MAX,
                            "connectBytesMax", CONNECT_BYTES_MAX,
                            "bytesMax", BYTES_MAX,
                            "handshakesPerPrefixPerSecond", 20),
                    Map.of(),
                    Map.of(),
                    Map.of());

    @TempDir static Path directory;
    private static TestBroker broker;

    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.started(directory, LIMITS);
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @BeforeEach
    void forget() {
        broker.events.clear();
    }

    @AfterEach
    void hangUp() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        await().until(() -> admitted("acme.last", "127.0.200.1"));
        // All have been counted out.
        await().until(() ->
                count(GateEvent.Connected.class) == count(GateEvent.Disconnected.class));
    }

    @Test
    void a_handshake_has_its_time_however_steadily_its_bytes_come() throws Exception {
        Socket slow = socket("127.0.1.1");
        assertEndsWhileDripping(slow.getOutputStream(), clientHelloOf(400));
        assertReached(Limit.HANDSHAKE_TIME);

        broker.events.clear();
        try (var late = raw("127.0.1.1", broker.enrol("acme.late", 1))) {
            Thread.sleep(TIME_MAX.dividedBy(3).toMillis()); // nothing is said until then
            late.send(RawMqtt.connect("acme.late"));
            assertThat(late.connackCode()).isZero();
        }
        assertThat(reached()).isEmpty();
    }

    @Test
    void a_connect_has_its_time_however_steadily_its_bytes_come() throws Exception {
        Credential credential = broker.enrol("acme.slow", 2);
        byte[] connect = connect("acme.slow", CONNECT_BYTES_MAX);
        try (var slow = raw("127.0.1.1", credential)) {
            assertEndsWhileDripping(
                    new OutputStream() {
                        @Override
                        public void write(int b) throws IOException {
                            slow.send(new byte[] {(byte) b});
                        }
                    },
                    connect);
        }
        assertReached(Limit.CONNECT_TIME);

        broker.events.clear();
        try (var halting = raw("127.0.1.1", credential)) {
            halting.send(Arrays.copyOf(connect, 20));
            Thread.sleep(TIME_MAX.dividedBy(3).toMillis());
            halting.send(Arrays.copyOfRange(connect, 20, connect.length));
            assertThat(halting.connackCode()).isZero();
        }
        assertThat(reached()).isEmpty();
    }

    @Test
    void a_connect_may_be_as_large_as_the_limit_and_no_byte_larger() throws Exception {
        Credential credential = broker.enrol("acme.large", 3);
        try (var raw = raw("127.0.1.1", credential)) {
            raw.send(connect("acme.large", CONNECT_BYTES_MAX));
            assertThat(raw.connackCode()).isZero();
        }
        try (var raw = raw("127.0.1.1", credential)) {
            raw.send(connect("acme.large", CONNECT_BYTES_MAX + 1));
            assertThat(raw.connackCode()).isEqualTo(0x95);
            assertThat(raw.receive()).isEmpty();
        }
        assertReached(Limit.PACKET_SIZE);
    }

    @Test
    void no_more_bytes_are_taken_before_the_connect_than_the_limit() throws Exception {
        Socket within = socket("127.0.1.1");
        within.getOutputStream().write(clientHelloOf(RECORD_BYTES), 0, RECORD_BYTES);
        Socket beyond = socket("127.0.1.1");
        try {
            beyond.getOutputStream().write(clientHelloOf(RECORD_BYTES), 0, RECORD_BYTES);
            beyond.getOutputStream().write(new byte[BYTES_MAX - RECORD_BYTES + 1]);
        } catch (SocketException e) {
            // It was faster than we.
        }
        assertClosed(beyond);
        assertThat(reached()).containsExactly(Limit.BYTES_BEFORE_CONNECT);
    }

    @Test
    void one_prefix_has_as_many_connections_as_it_may_and_others_are_not_its_victims()
            throws Exception {
        for (int i = 1; i <= 4; i++) {
            admit("acme.p-" + i, "127.0.1." + i);
        }
        assertThat(admitted("acme.p-5", "127.0.1.5")).isFalse();
        assertReached(Limit.CONNECTIONS_PER_PREFIX);
        admit("acme.p-6", "127.0.2.1");

        open.removeFirst().close();
        await().until(() -> admitted("acme.p-5", "127.0.1.5"));
    }

    @Test
    void all_together_have_as_many_connections_as_they_may() throws Exception {
        for (int i = 1; i <= 8; i++) {
            admit("acme.a-" + i, "127.0." + i + ".1");
        }
        assertThat(admitted("acme.a-9", "127.0.9.1")).isFalse();
        assertReached(Limit.CONNECTIONS);

        open.removeFirst().close();
        await().until(() -> admitted("acme.a-9", "127.0.9.1"));
    }

    @Test
    void who_has_said_nothing_makes_room_for_who_has_something_to_say() throws Exception {
        Socket first = socket("127.0.1.1");
        Socket second = socket("127.0.1.2");
        Socket third = socket("127.0.1.3");
        assertThat(reached()).isEmpty();

        assertThat(admitted("acme.busy", "127.0.1.4")).isTrue();

        assertClosed(first);
        assertReached(Limit.UNPROVEN_CONNECTIONS);
        assertThat(isOpen(second)).isTrue();
        assertThat(isOpen(third)).isTrue();
    }

    @Test
    void the_unproven_of_all_prefixes_together_are_limited_too() throws Exception {
        List<Socket> silent = new ArrayList<>();
        for (int i = 1; i <= 6; i++) {
            silent.add(socket("127.0." + i + ".1"));
        }
        assertThat(reached()).isEmpty();

        silent.add(socket("127.0.7.1"));

        assertClosed(silent.getFirst());
        assertThat(reached()).containsExactly(Limit.UNPROVEN_CONNECTIONS);
    }

    private static byte[] clientHelloOf(int bytes) {
        byte[] record = new byte[5 + bytes];
        record[0] = 22; // handshake (RFC 8446, section 5.1)
        record[1] = 3;
        record[2] = 1;
        record[3] = (byte) (bytes >> 8);
        record[4] = (byte) bytes;
        record[5] = 1; // ClientHello
        return record;
    }

    /** A CONNECT of so many bytes in all, with a user name that is looked at by nobody. */
    private static byte[] connect(String id, int bytes) {
        int rest = bytes - 3; // one for the type, two for the length of what is over 127
        int user = rest - (11 + 2 + id.length()) - 2;
        byte[] packet =
                RawMqtt.packet(
                        0x10,
                        RawMqtt.join(
                                RawMqtt.utf8("MQTT"),
                                new byte[] {5, (byte) 0x82, 0, 60, 0},
                                RawMqtt.utf8(id),
                                RawMqtt.utf8("u".repeat(user))));
        assertThat(packet).hasSize(bytes);
        return packet;
    }

    /** Writes a byte at a time, faster than any limit on silence would bite. */
    private static void assertEndsWhileDripping(OutputStream out, byte[] bytes) throws Exception {
        long begin = System.nanoTime();
        int written = 0;
        try {
            while (written < bytes.length) {
                out.write(bytes[written]);
                out.flush();
                written++;
                Thread.sleep(50);
            }
        } catch (IOException e) {
            // It was hung up on.
        }
        assertThat(written).isLessThan(bytes.length);
        assertThat(System.nanoTime() - begin).isGreaterThan(TIME_MAX.toNanos() / 2);
    }

    private Socket socket(String from) throws IOException {
        var socket =
                new Socket(
                        InetAddress.ofLiteral("127.0.0.1"),
                        broker.port(),
                        InetAddress.ofLiteral(from),
                        0);
        socket.setSoTimeout(10_000);
        open.add(socket);
        awaitCounted();
        return socket;
    }

    /** One behind the other, as they would be looked at. */
    private static void awaitCounted() {
        try {
            // In parts, of which a machine that stands still takes one away.
            for (int i = 0; i < 10; i++) {
                Thread.sleep(20);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isOpen(Socket socket) throws IOException {
        socket.setSoTimeout(200);
        try {
            return socket.getInputStream().read() >= 0;
        } catch (java.net.SocketTimeoutException e) {
            return true;
        } catch (SocketException e) {
            return false;
        }
    }

    private static void assertClosed(Socket socket) throws IOException {
        try {
            assertThat(socket.getInputStream().readAllBytes()).hasSizeLessThan(64); // an alert
        } catch (SocketException e) {
            // Closed with bytes of ours unread.
        }
    }

    private static RawMqtt raw(String from, Credential credential) throws IOException {
        return new RawMqtt(broker, Optional.of(credential), "mqtt", from);
    }

    private void admit(String id, String from) throws Exception {
        var raw = raw(from, broker.enrol(id, 1));
        open.add(raw);
        raw.send(RawMqtt.connect(id));
        assertThat(raw.connackCode()).isZero();
    }

    private static boolean admitted(String id, String from) throws Exception {
        try (var raw = raw(from, broker.enrol(id, 1))) {
            raw.send(RawMqtt.connect(id));
            return raw.connackCode() == 0;
        } catch (IOException | AssertionError e) {
            return false;
        }
    }

    private static long count(Class<?> kind) {
        return broker.events.stream().filter(kind::isInstance).count();
    }

    private static List<Limit> reached() {
        return broker.events.stream()
                .filter(GateEvent.Limited.class::isInstance)
                .map(event -> ((GateEvent.Limited) event).limit())
                .toList();
    }

    private static void assertReached(Limit limit) {
        await().until(() -> reached().contains(limit));
    }
}
