package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import io.outrider.gate.TestAuthority.Credential;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Thousands of CONNECTs as large as they may be, refused, cut off and ended, for what the server
 * might keep of each (CVE-2023-3592).
 */
@Timeout(300)
class LeakAttackTest {
    private static final int WARM_UP = 300;
    private static final int CONNECTS = 600;

    /** Pools and caches may grow in one or two; what is kept of each CONNECT grows in all. */
    private static final int ROUNDS = 3;

    /** A sixth of what the CONNECTs of a round bring: less than any part of each. */
    private static final long GROWTH_BYTES_MAX = 1_200_000;

    private static final Duration SETTLED_WITHIN = Duration.ofSeconds(5);

    private static final int PROPERTIES = 12;
    private static final int VALUE_CHARS = 140;
    private static final int WILL_BYTES = 8 * 1024;

    @TempDir static Path directory;
    private static TestBroker broker;
    private static SSLContext client;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.started(directory);
        Credential credential = broker.enrolClient("tool", 1, TestBroker.mayPublish("tools/#"));
        client = RawMqtt.context(broker, Optional.of(credential));
        // Without this the attacker's own JVM, which is this one, would keep each session of TLS.
        client.getClientSessionContext().setSessionCacheSize(1);
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @Test
    void wills_and_properties_of_connects_that_come_to_nothing_leave_no_memory_behind()
            throws Exception {
        knock(WARM_UP);
        boolean isLetGo = false;
        for (int round = 0; round < ROUNDS && !isLetGo; round++) {
            long before = bytesInUse();
            knock(CONNECTS);
            isLetGo = isLetGo(before);
        }
        assertThat(isLetGo).as("memory is let go of in one of the rounds at least").isTrue();
    }

    /** Waits for the last of them, which are still being closed. */
    private static boolean isLetGo(long bytesBefore) {
        try {
            await().atMost(SETTLED_WITHIN)
                    .until(() -> bytesInUse() - bytesBefore < GROWTH_BYTES_MAX);
            return true;
        } catch (ConditionTimeoutException e) {
            return false;
        }
    }

    /** A third of them each: refused for its will, broken off within, admitted and ended well. */
    private static void knock(int times) throws IOException {
        byte[] refused = connect("tool", "elsewhere");
        byte[] admitted = connect("tool", "tools/gone");
        for (int i = 0; i < times; i++) {
            try (var socket =
                    (SSLSocket)
                            client.getSocketFactory()
                                    .createSocket(
                                            InetAddress.ofLiteral("127.0.0.1"), broker.port())) {
                socket.setSoTimeout(10_000);
                var out = socket.getOutputStream();
                switch (i % 3) {
                    case 0 -> {
                        out.write(refused);
                        assertThat(socket.getInputStream().readNBytes(4)[3]).isEqualTo((byte) 0x87);
                    }
                    case 1 -> out.write(refused, 0, refused.length - 1);
                    default -> {
                        out.write(admitted);
                        assertThat(socket.getInputStream().readNBytes(4)).startsWith(0x20);
                        out.write(new byte[] {(byte) 0xe0, 0});
                    }
                }
            }
        }
    }

    private static byte[] connect(String id, String willTopic) {
        byte[] property =
                RawMqtt.join(
                        new byte[] {0x26},
                        RawMqtt.utf8("k"),
                        RawMqtt.utf8("v".repeat(VALUE_CHARS)));
        var properties = new ByteArrayOutputStream();
        for (int i = 0; i < PROPERTIES; i++) {
            properties.writeBytes(property);
        }
        byte[] head = {5, 0x06, 0, 60}; // a will, clean start
        return RawMqtt.packet(
                0x10,
                RawMqtt.join(
                        RawMqtt.utf8("MQTT"),
                        head,
                        lengthAnd(properties.toByteArray()),
                        RawMqtt.utf8(id),
                        lengthAnd(properties.toByteArray()),
                        RawMqtt.utf8(willTopic),
                        RawMqtt.utf8("w".repeat(WILL_BYTES))));
    }

    /** Of 128 bytes to 16,383. */
    private static byte[] lengthAnd(byte[] bytes) {
        byte[] length = {(byte) (bytes.length % 128 | 0x80), (byte) (bytes.length / 128)};
        return RawMqtt.join(length, bytes);
    }

    /** Of the heap when nothing more can be let go of, and of the buffers that are taken. */
    private static long bytesInUse() {
        broker.events.clear();
        broker.ends.clear();
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 2; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least
                + PooledByteBufAllocator.DEFAULT.metric().directArenas().stream()
                        .mapToLong(arena -> arena.numActiveBytes())
                        .sum();
    }
}
