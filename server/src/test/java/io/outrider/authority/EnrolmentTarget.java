package io.outrider.authority;

import static io.outrider.fuzz.Target.require;

import io.outrider.fuzz.HttpsPeer;
import io.outrider.seal.EnrolmentToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** The enrolment server, as strangers and as a tracker with a good token ask it. */
final class EnrolmentTarget {
    private static final int ENROLLED = 200;
    private static final int SERVER_FAILED = 500;

    /** After this no answer is held back for wrong secrets before. */
    private static final Duration FORGIVEN_AFTER = Duration.ofMinutes(2);

    private EnrolmentTarget() {}

    /**
     * Lines: method and address, Authorization, media type, If-None-Match; then the body. Where
     * nothing is said of authorization the token is good. Everybody gets an answer, never one that
     * says that the server has failed, and nobody a certificate: no fuzzer finds a signature.
     */
    static void request(byte[] data) throws IOException {
        String[] lines = new String(data, StandardCharsets.ISO_8859_1).split("\n", 5);
        String[] parts = Arrays.copyOf(lines, 5);
        Arrays.fill(parts, lines.length, parts.length, "");
        Running.NOW.updateAndGet(now -> now.plus(FORGIVEN_AFTER));
        int status =
                Running.PEER.ask(
                        parts[0],
                        List.of(
                                "Authorization: " + (parts[1].isEmpty() ? Running.basic : parts[1]),
                                "Content-Type: " + parts[2],
                                "If-None-Match: " + parts[3]),
                        parts[4]);
        require(status != SERVER_FAILED, "the server has not failed");
        require(status != ENROLLED || !parts[0].startsWith("POST"), "nobody is enrolled");
    }

    /** One for all requests, started by the first; ends with the process. */
    private static final class Running {
        static final AtomicReference<Instant> NOW = new AtomicReference<>(Instant.EPOCH);
        static String basic = "";
        static final HttpsPeer PEER = start();

        private static HttpsPeer start() {
            try {
                Path folder = Files.createTempDirectory("enrolment");
                var installation = new Installation(folder.resolve("data"));
                var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
                var server = EnrolmentServer.start(installation.authority, address, NOW::get);
                EnrolmentToken token = installation.invite("acme.truck-7");
                byte[] credentials =
                        ("acme.truck-7:" + token.password()).getBytes(StandardCharsets.US_ASCII);
                basic = "Basic " + Base64.getEncoder().encodeToString(credentials);
                Runtime.getRuntime()
                        .addShutdownHook(new Thread(() -> close(server, installation, folder)));
                return new HttpsPeer(
                        TestTls.trusting(installation.authority.root()).getSocketFactory(),
                        server.port());
                // TestTls declares it.
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        private static void close(EnrolmentServer server, Installation installation, Path folder) {
            try {
                server.close();
                installation.close();
                try (Stream<Path> all = Files.walk(folder)) {
                    for (Path file : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                        Files.delete(file);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
