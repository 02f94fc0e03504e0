package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Thousands of sockets of one address that say nothing, half a word, or a whole TLS handshake and
 * no CONNECT, at a server with the limits that it has by default.
 */
@Timeout(180)
class OverloadAttackTest {
    private static final int SOCKETS = 5_000;

    /** As many of them are through the handshake; more would measure the attacker's own TLS. */
    private static final int SECURED = 100;

    private static final Duration CONNECT_MAX = Duration.ofSeconds(2);

    /** What the server may grow by: its heap may fill, sockets may not add to that. */
    private static final long GROWTH_BYTES_MAX = 128L << 20;

    /** The start of a TLS record of 512 bytes with a ClientHello in it, never finished. */
    private static final byte[] HALF_A_RECORD = {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};

    @TempDir static Path folder;
    private static ServerProcess server;
    private static SSLContext tracker;
    private static SSLContext accomplice;
    private static int port;

    private final List<AutoCloseable> attack = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        long descriptors =
                ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                        .getMaxFileDescriptorCount();
        assertThat(descriptors)
                .as("open files of one process; allow more: ulimit -n 8192")
                .isGreaterThan(SOCKETS + 1_000);
        server = ServerProcess.start(folder);
        server.run("fleet", "create", "acme");
        server.enrol("acme.truck-1", folder.resolve("one"));
        server.enrol("acme.truck-2", folder.resolve("two"));
        tracker = EnrolledSocket.context(folder.resolve("one"));
        accomplice = EnrolledSocket.context(folder.resolve("two"));
        port = server.port("trackers");
        for (int i = 0; i < 20; i++) {
            connect("127.0.9.9"); // so that what is measured is not the first use of TLS
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void behind_5000_silent_and_slow_sockets_of_one_address_a_tracker_connects_within_2_s()
            throws Exception {
        long before = server.residentBytes();
        try {
            for (int i = 0; i < SOCKETS - SECURED; i++) {
                knock(i % 2 == 0 ? new byte[0] : HALF_A_RECORD);
            }
            for (int i = 0; i < SECURED; i++) {
                attack.add(EnrolledSocket.open(accomplice, "127.0.0.1", port));
            }

            assertServed(before);
        } finally {
            retreat();
        }
    }

    @Test
    void behind_5000_handshakes_of_one_address_that_are_begun_and_never_ended_too()
            throws Exception {
        long before = server.residentBytes();
        byte[] hello = clientHello();
        try {
            for (int i = 0; i < SOCKETS; i++) {
                knock(hello);
            }

            assertServed(before);
        } finally {
            retreat();
        }
    }

    private static void assertServed(long residentBytesBefore) throws IOException {
        Duration elsewhere = fastest("127.0.9.9");
        Duration beside = fastest("127.0.0.1");
        long grown = server.residentBytes() - residentBytesBefore;
        System.out.printf(
                "Beside %,d sockets: %d ms from elsewhere, %d ms from among them, %,d KiB more%n",
                SOCKETS, elsewhere.toMillis(), beside.toMillis(), grown >> 10);
        assertThat(elsewhere).as("from elsewhere").isLessThan(CONNECT_MAX);
        assertThat(beside).as("from their address").isLessThan(CONNECT_MAX);
        assertThat(grown).as("bytes that the server has grown by").isLessThan(GROWTH_BYTES_MAX);
    }

    private void retreat() throws Exception {
        for (AutoCloseable socket : attack) {
            socket.close();
        }
        attack.clear();
    }

    private static byte[] clientHello() throws SSLException {
        SSLEngine engine = tracker.createSSLEngine("localhost", port);
        engine.setUseClientMode(true);
        var record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), record);
        var bytes = new byte[record.flip().remaining()];
        record.get(bytes);
        return bytes;
    }

    private void knock(byte[] words) throws IOException {
        SocketChannel socket = SocketChannel.open();
        attack.add(socket);
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        try {
            socket.write(ByteBuffer.wrap(words));
        } catch (IOException e) {
            // Closed already to make room for the next.
        }
    }

    /** Of three, because the machine may be busy with other tests at one of them. */
    private static Duration fastest(String from) throws IOException {
        return Collections.min(List.of(connect(from), connect(from), connect(from)));
    }

    /** From the first packet of TCP to CONNACK 0x00. */
    private static Duration connect(String from) throws IOException {
        long begin = System.nanoTime();
        try (var socket = EnrolledSocket.open(tracker, from, port)) {
            assertThat(socket.connect("acme.truck-1")).isZero();
        }
        return Duration.ofNanos(System.nanoTime() - begin);
    }
}
