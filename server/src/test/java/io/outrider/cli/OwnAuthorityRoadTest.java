package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outrider.Checkout;
import io.outrider.tracker.SimulatedVehicle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Walks docs/own-authority.md as it is written, command by command, with a server in a process of
 * its own; then shows that server, by openssl and mosquitto_sub, what it has to refuse.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class) // the last part of the walk revokes
class OwnAuthorityRoadTest {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(sh|yaml)\\n(.*?)^```$");

    /** Where the document stands when it says what to configure, and what to run. */
    private static final List<String> KINDS =
            List.of("sh", "yaml", "sh", "sh", "yaml", "sh", "sh", "sh", "sh");

    private static final String EC = "-newkey ec -pkeyopt ec_paramgen_curve:P-256";
    private static final String UNIT = "keyUsage=digitalSignature\nextendedKeyUsage=clientAuth";
    private static final Duration WAIT = Duration.ofSeconds(30);

    /** Has OpenSSL use keys that it would not use by itself. */
    private static final String LENIENT =
            """
            openssl_conf = init
            [init]
            ssl_conf = ssl
            [ssl]
            system_default = lenient
            [lenient]
            CipherString = DEFAULT@SECLEVEL=0
            """;

    /** How mosquitto_sub ends when its -W is over. */
    private static final int TIMED_OUT = 27;

    @TempDir static Path folder;
    private static List<String> blocks = List.of();
    private static ServerProcess server;

    @BeforeAll
    static void walk() throws Exception {
        blocks = blocks();
        Files.writeString(folder.resolve("lenient.cnf"), LENIENT);
        shell(blocks.get(0));
        shell(blocks.get(3));
        Files.copy(folder.resolve("issuing.key"), folder.resolve("kept.key"));
        makePrivate("issuing.key");
        String accepted = here(blocks.get(4)).replace("trust:\n", "");
        server = ServerProcess.start(folder, here(blocks.get(1)) + accepted);
        Files.writeString(
                folder.resolve("outrider"),
                "#!/bin/sh\nexec %s \"$@\"\n"
                        .formatted(String.join(" ", ServerProcess.outrider().command())));
        Files.setPosixFilePermissions(
                folder.resolve("outrider"), PosixFilePermissions.fromString("rwx------"));
        assertThat(shell(blocks.get(2))).contains("truck-7/identity.pem: OK");
        // Ends when it has subscribed, however long that takes.
        assertThat(shell(blocks.get(5).replace("-W 5", "-W 60 -E")))
                .contains("CONNACK (0)", "Subscribed (mid: 1): 0");
        shell(blocks.get(6));
        shell(blocks.get(7));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    @Order(1)
    void what_outrider_issues_leads_to_the_given_root_and_gets_in() throws Exception {
        assertThat(folder.resolve("data/ca.pem"))
                .hasSameTextualContentAs(folder.resolve("root.pem"));
        assertThat(folder.resolve("issuing.key")).doesNotExist();
        assertThat(knock("truck-7/identity.pem", "truck-7/identity.key", "acme.truck-7"))
                .contains("CONNACK (0)");
    }

    @Test
    @Order(2)
    void a_client_of_that_authority_gets_in_under_its_name_and_under_no_other() throws Exception {
        issue("lake", "maker-issuing", EC, "-days 9", UNIT, "subjectAltName=DNS:lake.example.org");

        assertThat(knock("lake.pem", "lake.key", "lake")).contains("CONNACK (0)");
        assertThat(knock("lake.pem", "lake.key", "acme.4711")).contains("CONNACK (133)");
    }

    /** Java's TLS shows a certificate only where the server names its issuer, or nobody. */
    @Test
    @Order(3)
    void a_java_client_shows_its_certificate_of_that_authority() throws Exception {
        try (var unit = unit()) {
            assertThat(unit.connect()).isZero();
        }
    }

    @Test
    @Order(4)
    void positions_of_a_tracker_are_stored_where_the_key_of_that_certificate_has_enrolled()
            throws Exception {
        var vehicle = SimulatedVehicle.at(7, Instant.now(), Duration.ofSeconds(1));
        var sentences = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            sentences.append(vehicle.next());
        }
        Files.writeString(folder.resolve("drive.nmea"), sentences);

        shell("./outrider tracker run --state unit-4712 --nmea drive.nmea");

        assertThat(server.status().path("positions").path("accepted").asLong()).isEqualTo(5);
        assertThat(shell("openssl x509 -noout -issuer -in unit-4712/identity.pem"))
                .contains("Maker units");
    }

    @Test
    @Order(5)
    void what_a_tracker_publishes_that_has_not_enrolled_is_refused_and_counted() throws Exception {
        String said =
                output(
                        "mosquitto_pub -d -V 5 -q 1 -h localhost -p 8883 --cafile root.pem"
                                + " --cert unit-4711.pem --key unit-4711.key -i acme.4711"
                                + " -t o1/acme/4711/report -m sealed");

        assertThat(said).contains("CONNACK (0)", "RC:135");
        assertThat(server.metric("outrider_messages_refused_total{reason=\"foreign\"}")).isOne();
        assertThat(server.run("fleet", "show", "acme.4711")).doesNotContain("latest");
    }

    @Test
    @Order(6)
    void what_the_document_says_is_refused_is_refused() throws Exception {
        String ours = "subjectAltName=URI:spiffe://example.org/fleet/acme/tracker/truck-7";
        String theirs = "subjectAltName=URI:spiffe://other.example/fleet/acme/tracker/truck-7";
        shell(
                "openssl req -x509 %s -nodes -subj /CN=unit-4711 -keyout s.key -out s.pem"
                        .formatted(EC));
        Files.copy(folder.resolve("s.pem"), folder.resolve("stranger.pem"));

        for (String issuer : List.of("maker-issuing", "issuing")) {
            refused(issuer, EC, "-days -1", UNIT, ours, "has expired");
            refused(issuer, EC, "-days 9", "keyUsage=digitalSignature", ours, "clientAuth");
            refused(issuer, EC, "-days 9", "extendedKeyUsage=serverAuth", ours, "clientAuth");
            refused(
                    issuer,
                    EC,
                    "-days 9",
                    UNIT + "\nbasicConstraints=CA:TRUE",
                    ours,
                    "of an authority");
            refused(issuer, "-newkey rsa:1024", "-days 9", UNIT, ours, "RSA");
            refused(issuer, EC, "-days 9 -sha1", UNIT, ours, "SHA-1");
        }
        refused("s", EC, "-days 9", UNIT, ours, "no authority that is believed");
        refused("issuing", EC, "-days 9", UNIT, theirs, "installation");
        refused("issuing", EC, "-days 9", UNIT, ours, "another key");
        refused(
                "maker-issuing",
                EC,
                "-days 9",
                UNIT,
                "subjectAltName=DNS:nobody",
                "rule does not name");
        assertThat(knock("unit-4711.pem", "unit-4711.key", "acme.4711"))
                .as("the probe")
                .contains("CONNACK (0)");
    }

    @Test
    @Order(7)
    void who_is_on_the_next_list_is_cut_off_and_stays_out() throws Exception {
        try (var unit = unit()) {
            assertThat(unit.connect()).isZero();

            shell(blocks.get(8));

            assertThat(unit.disconnectCode()).isEqualTo(0x87);
        }
        assertThat(knock("unit-4711.pem", "unit-4711.key", "acme.4711")).doesNotContain("CONNACK");
        assertLastRefusal("on the next list", "revoked");
        assertThat(knock("lake.pem", "lake.key", "lake")).contains("CONNACK (0)");

        Files.delete(folder.resolve("maker.crl"));

        await().atMost(WAIT)
                .until(() -> !knock("lake.pem", "lake.key", "lake").contains("CONNACK"));
        assertThat(server.log()).contains("nobody of that authority gets in");
        assertThat(knock("truck-7/identity.pem", "truck-7/identity.key", "acme.truck-7"))
                .contains("CONNACK (0)");
    }

    private static LiveClient unit() throws Exception {
        var files =
                new LiveClient.Files(
                        folder.resolve("unit-4711.key"),
                        folder.resolve("unit-4711.pem"),
                        folder.resolve("root.pem"));
        return new LiveClient(server, files, "acme.4711");
    }

    private static void refused(
            String issuer, String key, String how, String extensions, String name, String why)
            throws Exception {
        issue("bad", issuer, key, how, extensions, name);
        String as = issuer.equals("issuing") ? "acme.truck-7" : "acme.4711";

        String said = knock("bad.pem", "bad.key", as);

        assertThat(said).as(why).doesNotContain("CONNACK (0)");
        assertLastRefusal(issuer + " " + key + " " + extensions, why);
    }

    /** Its chain in NAME.pem; the common name is what the issuer would write. */
    private static void issue(
            String name, String issuer, String key, String how, String extensions, String more)
            throws Exception {
        String subject = issuer.equals("issuing") ? "acme.truck-7" : name;
        Files.writeString(folder.resolve("bad.ext"), extensions + "\n" + more + "\n");
        shell(
                "openssl req -new %s -nodes -subj '/CN=%s' -keyout %s.key -out bad.csr"
                                .formatted(key, subject, name)
                        + "\nopenssl x509 -req -in bad.csr -CA %1$s.pem -CAkey %2$s.key %3$s"
                                .formatted(issuer, issuer.equals("issuing") ? "kept" : issuer, how)
                        + " -CAcreateserial -extfile bad.ext -out leaf.pem"
                        + "\ncat leaf.pem %s.pem > %s.pem".formatted(issuer, name));
    }

    /** A peer may hear of its refusal before that is an event. */
    private static void assertLastRefusal(String of, String why) {
        await().atMost(WAIT).untilAsserted(() -> assertThat(lastRefusal()).as(of).contains(why));
    }

    private static String lastRefusal() {
        return server.run("events", "--kind", "handshake-failed,refused", "--json")
                .lines()
                .reduce((_, last) -> last)
                .orElse("");
    }

    private static String knock(String chain, String key, String as) throws Exception {
        return output(
                "OPENSSL_CONF=lenient.cnf mosquitto_pub -d -V 5 -q 1 -h localhost -p 8883"
                        + " --cafile root.pem --cert %s --key %s".formatted(chain, key)
                        + " -i %s -t site/a -m {}".formatted(as));
    }

    /** What a block of the document prints, which must succeed, or end because its time is over. */
    private static String shell(String lines) throws Exception {
        String output = output("set -e\n" + lines + "\n");
        assertThat(status).as(lines + output).isIn(0, TIMED_OUT);
        return output;
    }

    private static int status;

    private static String output(String lines) throws Exception {
        Path output = Files.createTempFile(folder, "shell", ".txt");
        Process process =
                new ProcessBuilder("sh", "-c", here(lines))
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        assertThat(process.waitFor(90, TimeUnit.SECONDS)).as(lines).isTrue();
        status = process.exitValue();
        return Files.readString(output);
    }

    /** The same in this test's folder and at its server's port. */
    private static String here(String text) throws IOException {
        String here =
                text.replace("/etc/outrider/", folder + "/")
                        .replace("/var/lib/outrider", folder.resolve("data").toString());
        return server == null ? here : here.replace("-p 8883", "-p " + server.port("trackers"));
    }

    private static List<String> blocks() throws IOException {
        var matcher =
                BLOCK.matcher(Files.readString(Checkout.root().resolve("docs/own-authority.md")));
        var kinds = new ArrayList<String>();
        var found = new ArrayList<String>();
        while (matcher.find()) {
            kinds.add(matcher.group(1));
            found.add(matcher.group(2));
        }
        assertThat(kinds).isEqualTo(KINDS);
        return found;
    }

    private static void makePrivate(String file) throws IOException {
        Files.setPosixFilePermissions(
                folder.resolve(file), PosixFilePermissions.fromString("rw-------"));
    }
}
