package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every listener of a server takes of TLS, and that it takes nothing else, asked with Debian's
 * openssl: it offers all that it knows, then all but what was chosen, until nothing is.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class ListenersTest {
    private static final String LEGACY = "mqtt-legacy";
    private static final Pattern SUITE = Pattern.compile("Cipher is ([A-Z0-9_-]+)");
    private static final List<String> ALL_OF_TLS_1_3 =
            List.of(
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256",
                    "TLS_AES_128_CCM_SHA256",
                    "TLS_AES_128_CCM_8_SHA256");
    private static final List<String> GROUPS = List.of("X25519", "P-256", "P-384", "P-521");
    private static final String OTHER_CURVES =
            "X448:P-224:P-192:secp256k1:brainpoolP256r1:brainpoolP384r1:brainpoolP512r1";
    private static final String FINITE_FIELDS = "ffdhe2048:ffdhe3072:ffdhe4096:ffdhe6144:ffdhe8192";

    /** Opened for both, a pipe has no end: openssl leaves when the server has answered. */
    private static final String RENEGOTIATE =
            "p=$(mktemp -u) && mkfifo $p && exec 3<>$p && rm $p && echo R >&3 && <&3";

    @TempDir static Path folder;
    private static ServerProcess server;
    private static final Map<String, Integer> PORTS = new LinkedHashMap<>();

    @BeforeAll
    static void start() throws Exception {
        List<Integer> ports = FreePorts.find(3);
        server =
                ServerProcess.start(
                        folder,
                        """
                        mqtt-credentials: {address: 127.0.0.1, port: %d}
                        mqtt-legacy: {address: 127.0.0.1, port: %d}
                        websocket: {address: 127.0.0.1, port: %d, origins: ["https://a.example"]}
                        """
                                .formatted(ports.toArray()));
        server.run("fleet", "create", "acme");
        server.enrol("acme.truck-1", folder.resolve("truck-1"));
        PORTS.put("mqtt", server.port("trackers"));
        PORTS.put("mqtt-credentials", ports.get(0));
        PORTS.put(LEGACY, ports.get(1));
        PORTS.put("websocket", ports.get(2));
        PORTS.put("enrolment", server.port("enrolment"));
        PORTS.put("dashboard", server.port("map"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void of_tls_1_2_ecdhe_with_authenticated_encryption_is_taken() throws Exception {
        for (String listener : PORTS.keySet()) {
            Set<String> expected =
                    listener.equals(LEGACY)
                            ? Set.of("ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384")
                            : Set.of(
                                    "ECDHE-ECDSA-AES128-GCM-SHA256",
                                    "ECDHE-ECDSA-AES256-GCM-SHA384",
                                    "ECDHE-ECDSA-CHACHA20-POLY1305");
            var taken = new TreeSet<String>();
            String refused = "";
            while (refused.isEmpty()) {
                String others = taken.stream().map(it -> ":!" + it).collect(Collectors.joining());
                String said =
                        handshake(
                                listener,
                                "-tls1_2 -cipher 'ALL:COMPLEMENTOFALL%s:@SECLEVEL=0'"
                                        .formatted(others));
                refused = suite(said, taken) ? "" : said;
            }
            assertThat(refused).as(listener).contains("alert handshake failure");
            assertThat(taken).as(listener).isEqualTo(expected);
        }
    }

    @Test
    void of_tls_1_3_all_but_ccm_is_taken_and_none_of_it_for_old_modems() throws Exception {
        for (String listener : PORTS.keySet()) {
            var taken = new TreeSet<String>();
            var left = new ArrayList<>(ALL_OF_TLS_1_3);
            String refused = "";
            while (refused.isEmpty()) {
                String said =
                        handshake(listener, "-tls1_3 -ciphersuites " + String.join(":", left));
                refused = suite(said, taken) ? "" : said;
                left.removeAll(taken);
            }
            boolean isLegacy = listener.equals(LEGACY);
            assertThat(refused)
                    .as(listener)
                    .contains(isLegacy ? "alert protocol version" : "alert handshake failure");
            assertThat(taken)
                    .as(listener)
                    .containsExactlyInAnyOrderElementsOf(
                            isLegacy ? List.of() : ALL_OF_TLS_1_3.subList(0, 3));
        }
    }

    @Test
    void what_is_older_is_refused_for_its_version() throws Exception {
        for (String listener : PORTS.keySet()) {
            for (String version : List.of("-tls1", "-tls1_1")) {
                assertThat(handshake(listener, version + " -cipher ALL:@SECLEVEL=0"))
                        .as(listener + version)
                        .contains("alert protocol version", "Cipher is (NONE)");
            }
        }
    }

    @Test
    void keys_are_agreed_on_four_curves_and_never_in_a_finite_field() throws Exception {
        for (String listener : PORTS.keySet()) {
            String version = listener.equals(LEGACY) ? "-tls1_2" : "-tls1_3";
            for (String group : GROUPS) {
                assertThat(handshake(listener, version + " -groups " + group))
                        .as(listener + " " + group)
                        .containsPattern("Cipher is [A-Z]");
            }
            for (String offer :
                    List.of(
                            "-tls1_2 -groups " + OTHER_CURVES,
                            "-tls1_3 -groups X448:" + FINITE_FIELDS)) {
                assertThat(handshake(listener, offer))
                        .as(listener + " " + offer)
                        .contains("Cipher is (NONE)")
                        .containsPattern("alert (handshake failure|protocol version|unexpected)");
            }
        }
    }

    @Test
    void nothing_is_compressed_and_nothing_negotiated_again() throws Exception {
        for (String listener : PORTS.keySet()) {
            String said = shell(RENEGOTIATE, listener, "-tls1_2 -comp");

            assertThat(said).as(listener).contains("Compression: NONE", "RENEGOTIATING");
            String since = said.substring(said.indexOf("RENEGOTIATING"));
            assertThat(since)
                    .as(listener)
                    .doesNotContain("verify return")
                    .containsPattern("error|closed");
        }
    }

    /** Whether the server has chosen a suite; then it is among those taken, for the first time. */
    private static boolean suite(String said, Set<String> taken) {
        Matcher chosen = SUITE.matcher(said);
        return chosen.find() && taken.add(chosen.group(1));
    }

    private static String handshake(String listener, String options) throws Exception {
        return shell("</dev/null", listener, options);
    }

    private static String shell(String input, String listener, String options)
            throws IOException, InterruptedException {
        Path root = server.data().resolve(listener.equals(LEGACY) ? "legacy-ca.pem" : "ca.pem");
        String line =
                "%s openssl s_client -connect 127.0.0.1:%d -CAfile %s %s"
                                .formatted(input, PORTS.get(listener), root, options)
                        + " -cert %1$s/identity.pem -key %1$s/identity.key"
                                .formatted(folder.resolve("truck-1"));
        Path output = Files.createTempFile(folder, "shell", ".txt");
        Process process =
                new ProcessBuilder("sh", "-c", line)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).as(line).isTrue();
        return Files.readString(output);
    }
}
