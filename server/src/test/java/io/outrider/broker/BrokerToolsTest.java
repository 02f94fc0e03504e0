package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.outrider.gate.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What strangers and trackers achieve with Debian's mosquitto-clients and openssl. Each probe that
 * must fail here is first seen to get through where it should.
 */
@Timeout(120)
class BrokerToolsTest {
    private static final String REPORT = "o1/acme/truck-1/report";
    private static final String DOWN = "o1/acme/truck-1/down";

    @TempDir static Path directory;
    private static TestBroker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.started(directory, TestBroker.IMPATIENT);
        broker.authority.writePem(directory.resolve("ca.pem"));
        broker.enrol("acme.truck-1", 1).writePem(directory, "truck-1");
        broker.enrol("acme.truck-2", 2).writePem(directory, "truck-2");
        new TestAuthority("ours").tracker("acme.truck-1").writePem(directory, "stranger");
        broker.authority.server().writePem(directory, "server");
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @BeforeEach
    void forget() {
        broker.inbox = TestBroker.acknowledging();
        broker.received.clear();
    }

    @Test
    void a_tracker_publishes_with_mqtt_5_and_3_1_1() throws Exception {
        for (String version : new String[] {"mqttv5", "mqttv311"}) {
            var result = publish("truck-1", version, REPORT);

            assertThat(result.status()).as(result.output()).isZero();
        }
        assertThat(broker.received).hasSize(2);
    }

    @Test
    void without_tls_there_is_no_answer() throws Exception {
        var result =
                Tool.MOSQUITTO_PUB.run(
                        directory,
                        List.of("-h", "localhost", "-p", port(), "-t", REPORT, "-m", "x", "-q", "1")
                                .toArray(String[]::new));

        assertThat(result.status()).isNotZero();
        assertThat(plaintextAnswer()).as("a CONNACK").doesNotContain((byte) 0x20);
        assertThat(broker.received).isEmpty();
    }

    @Test
    void without_a_certificate_or_with_a_strangers_nobody_gets_in() throws Exception {
        var without =
                Tool.MOSQUITTO_PUB.run(
                        directory,
                        common("mqttv5", "-t", REPORT, "-m", "x", "-q", "1", "-i", "acme.truck-1"));
        var stranger = publish("stranger", "mqttv5", REPORT);

        assertThat(without.status()).isNotZero();
        assertThat(stranger.status()).isNotZero();
        assertThat(broker.received).isEmpty();
    }

    @Test
    void under_a_foreign_client_identifier_nobody_gets_in() throws Exception {
        for (String version : new String[] {"mqttv5", "mqttv311"}) {
            var result =
                    Tool.MOSQUITTO_PUB.run(
                            directory,
                            with(
                                    "truck-2",
                                    version,
                                    "-i",
                                    "acme.truck-1",
                                    "-t",
                                    REPORT,
                                    "-m",
                                    "x"));

            assertThat(result.status()).isNotZero();
        }
        assertThat(broker.received).isEmpty();
    }

    @Test
    void another_trackers_topic_is_refused_for_publishing() throws Exception {
        var five = publish("truck-2", "mqttv5", REPORT);
        var three = publish("truck-2", "mqttv311", REPORT);

        assertThat(five.output()).contains("Not authorized");
        assertThat(three.output()).containsIgnoringCase("lost");
        assertThat(broker.received).isEmpty();
    }

    @Test
    void a_will_is_refused() throws Exception {
        for (String version : new String[] {"mqttv5", "mqttv311"}) {
            for (String topic : new String[] {REPORT, "o1/acme/truck-2/report"}) {
                var result =
                        Tool.MOSQUITTO_PUB.run(
                                directory,
                                with(
                                        "truck-1",
                                        version,
                                        "-i",
                                        "acme.truck-1",
                                        "-t",
                                        REPORT,
                                        "-m",
                                        "x",
                                        "-q",
                                        "1",
                                        "--will-topic",
                                        topic,
                                        "--will-payload",
                                        "gone"));
                assertThat(result.status()).as(result.output()).isNotZero();
            }
        }
        assertThat(broker.received).isEmpty();
    }

    @Test
    void a_retained_message_is_refused() throws Exception {
        // With MQTT 5 it hears that nothing is retained and clears the flag by itself.
        var result =
                Tool.MOSQUITTO_PUB.run(
                        directory,
                        with(
                                "truck-1",
                                "mqttv311",
                                "-i",
                                "acme.truck-1",
                                "-t",
                                REPORT,
                                "-m",
                                "x",
                                "-q",
                                "1",
                                "-r"));

        assertThat(result.output()).containsIgnoringCase("lost");
        assertThat(broker.received).isEmpty();
    }

    @Test
    void qos_2_is_refused() throws Exception {
        Tool.MOSQUITTO_PUB.run(
                directory,
                with(
                        "truck-1",
                        "mqttv311",
                        "-i",
                        "acme.truck-1",
                        "-t",
                        REPORT,
                        "-m",
                        "x",
                        "-q",
                        "2"));

        assertThat(broker.received).isEmpty();
    }

    @Test
    void only_the_own_down_topics_can_be_subscribed_to() throws Exception {
        for (String version : new String[] {"mqttv5", "mqttv311"}) {
            assertThat(subscribe(version, DOWN)).as("the probe").contains("Subscribed");
            for (String filter :
                    new String[] {
                        "#",
                        "+",
                        "o1/#",
                        "o1/acme/+/down",
                        "o1/acme/truck-2/down",
                        "$SYS/#",
                        "$SYS/broker/version",
                        "$share/g/" + DOWN,
                        REPORT,
                    }) {
                assertThat(subscribe(version, filter))
                        .as(filter)
                        .contains("All subscription requests were denied");
            }
        }
    }

    @Test
    void tls_1_1_is_refused() throws Exception {
        String[] probe = {"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"};
        String weak = againstWeakServer(probe);
        assertThat(weak)
                .as("the probe against a weak server")
                .contains("TLSv1.1", "Cipher is ECDHE");

        assertThat(handshake("truck-1", probe)).contains("Cipher is (NONE)");
    }

    @Test
    void tls_1_2_without_authenticated_encryption_is_refused() throws Exception {
        String[] probe = {"-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256:@SECLEVEL=0"};
        String weak = againstWeakServer(probe);
        assertThat(weak).as("the probe").contains("Cipher is ECDHE-ECDSA-AES128-SHA256");

        assertThat(handshake("truck-1", probe)).contains("Cipher is (NONE)");
    }

    @Test
    void tls_1_2_and_1_3_with_it_are_spoken() throws Exception {
        assertThat(handshake("truck-1", "-tls1_2"))
                .containsPattern("TLSv1.2, Cipher is ECDHE-ECDSA-AES(128|256)-GCM");
        assertThat(handshake("truck-1", "-tls1_3")).contains("TLSv1.3, Cipher is TLS_AES");
        for (String suite :
                new String[] {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"}) {
            assertThat(handshake("truck-1", "-tls1_2", "-cipher", suite))
                    .contains("Cipher is " + suite);
        }
    }

    @Test
    void a_client_without_a_certificate_gets_an_alert() throws Exception {
        assertThat(handshake("", "-tls1_2")).containsIgnoringCase("alert");
        assertThat(handshake("", "-tls1_3")).containsIgnoringCase("alert");
        assertThat(handshake("stranger", "-tls1_3")).containsIgnoringCase("alert");
        // With a blank, which the base64 that openssl prints, too, does not have.
        assertThat(handshake("truck-1", "-tls1_3")).doesNotContainIgnoringCase("alert ");
    }

    private static Tool.Result publish(String credential, String version, String topic)
            throws IOException, InterruptedException {
        String id = credential.equals("stranger") ? "acme.truck-1" : "acme." + credential;
        return Tool.MOSQUITTO_PUB.run(
                directory, with(credential, version, "-i", id, "-t", topic, "-m", "x", "-q", "1"));
    }

    private static String subscribe(String version, String filter)
            throws IOException, InterruptedException {
        return Tool.MOSQUITTO_SUB
                .run(
                        directory,
                        with(
                                "truck-1",
                                version,
                                "-i",
                                "acme.truck-1",
                                "-t",
                                filter,
                                "-q",
                                "1",
                                "-E",
                                "-W",
                                "15",
                                "-d"))
                .output();
    }

    private static String[] with(String credential, String version, String... more) {
        var arguments = new ArrayList<>(List.of(common(version, more)));
        arguments.addAll(
                List.of(
                        "--cert", directory.resolve(credential + ".crt").toString(),
                        "--key", directory.resolve(credential + ".key").toString()));
        return arguments.toArray(String[]::new);
    }

    private static String[] common(String version, String... more) {
        var arguments =
                new ArrayList<>(
                        List.of(
                                "-V",
                                version,
                                "-h",
                                "localhost",
                                "-p",
                                port(),
                                "--cafile",
                                directory.resolve("ca.pem").toString()));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    /** What {@code openssl s_client} says until the broker hangs up, for want of a CONNECT. */
    private static String handshake(String credential, String... more)
            throws IOException, InterruptedException {
        return client("localhost:" + port(), credential, more);
    }

    private static String client(String peer, String credential, String... more)
            throws IOException, InterruptedException {
        var arguments =
                new ArrayList<>(
                        List.of(
                                "s_client",
                                "-connect",
                                peer,
                                "-ign_eof",
                                "-CAfile",
                                directory.resolve("ca.pem").toString()));
        if (!credential.isEmpty()) {
            arguments.addAll(
                    List.of(
                            "-cert", directory.resolve(credential + ".crt").toString(),
                            "-key", directory.resolve(credential + ".key").toString()));
        }
        arguments.addAll(List.of(more));
        return Tool.OPENSSL.run(directory, arguments.toArray(String[]::new)).output();
    }

    private static String againstWeakServer(String... probe)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "weak", ".txt");
        Process server =
                Tool.OPENSSL
                        .builder(
                                "s_server",
                                "-accept",
                                "127.0.0.1:0",
                                "-naccept",
                                "1",
                                "-rev",
                                "-cipher",
                                "ALL:@SECLEVEL=0",
                                "-cert",
                                directory.resolve("server.crt").toString(),
                                "-key",
                                directory.resolve("server.key").toString())
                        .redirectOutput(output.toFile())
                        .start();
        try {
            String peer = "127.0.0.1:" + awaitPort(output);
            var arguments = new ArrayList<>(List.of("s_client", "-connect", peer));
            arguments.addAll(List.of(probe));
            return Tool.OPENSSL.run(directory, arguments.toArray(String[]::new)).output();
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    private static String awaitPort(Path output) throws IOException, InterruptedException {
        for (int i = 0; i < 100; i++) {
            Matcher port = Pattern.compile("ACCEPT .*:(\\d+)").matcher(Files.readString(output));
            if (port.find()) {
                return port.group(1);
            }
            Thread.sleep(100);
        }
        return fail("openssl s_server did not start: " + Files.readString(output));
    }

    /** Everything that comes back for a CONNECT in the clear. */
    private static byte[] plaintextAnswer() throws IOException {
        byte[] connect = {
            0x10, 0x18, // CONNECT
            0x00, 0x04, 'M', 'Q', 'T', 'T', 0x04, 0x02, 0x00, 0x3c, // 3.1.1, clean, 60 s
            0x00, 0x0c, 'a', 'c', 'm', 'e', '.', 't', 'r', 'u', 'c', 'k', '-', '1',
        };
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), broker.port())) {
            socket.setSoTimeout(5000);
            socket.getOutputStream().write(connect);
            return socket.getInputStream().readAllBytes();
        } catch (SocketTimeoutException e) {
            return new byte[0];
        }
    }

    private static String port() {
        return Integer.toString(broker.port());
    }
}
