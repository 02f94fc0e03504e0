package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outrider.gate.GateEvent;
import io.outrider.gate.TestAuthority.Credential;
import io.outrider.gate.TestAuthority.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attacks on the handshake itself, with Debian's openssl and with Java's TLS. */
@Timeout(120)
class TlsAttackTest {
    /** MQTT 3.1.1, client identifier acme.truck-1, and a DISCONNECT, for printf of the shell. */
    private static final String CONNECT =
            "\\020\\030\\000\\004MQTT\\004\\002\\000\\074\\000\\014acme.truck-1\\340\\000";

    @TempDir static Path directory;
    private static TestBroker broker;
    private static Credential truck;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.started(directory);
        broker.authority.writePem(directory.resolve("ca.pem"));
        truck = broker.enrol("acme.truck-1", 1);
        truck.writePem(directory, "truck-1");
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @BeforeEach
    void forget() {
        // Whoever a test before let in has been told of as gone, or that comes first in this one.
        Awaitility.await()
                .until(() ->
                        count(GateEvent.Connected.class) == count(GateEvent.Disconnected.class));
        broker.events.clear();
    }

    @Test
    void a_handshake_over_again_on_one_connection_ends_it() throws Exception {
        var handshakes = new AtomicInteger();
        SSLContext tls = RawMqtt.context(broker, Optional.of(truck));
        try (var socket =
                (SSLSocket) tls.getSocketFactory().createSocket("127.0.0.1", broker.port())) {
            socket.setSoTimeout(10_000);
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.addHandshakeCompletedListener(_ -> handshakes.incrementAndGet());
            socket.getOutputStream().write(RawMqtt.connect("acme.truck-1"));
            assertThat(socket.getInputStream().read()).as("a CONNACK").isEqualTo(0x20);
            Awaitility.await().until(() -> handshakes.get() == 1);

            assertThatThrownBy(
                            () -> {
                                socket.startHandshake();
                                socket.getInputStream()
                                        .transferTo(java.io.OutputStream.nullOutputStream());
                                throw new IOException("it has hung up after another handshake");
                            })
                    .isInstanceOf(IOException.class);
            assertThat(handshakes).hasValue(1);
        }
    }

    @Test
    void what_is_older_or_weaker_than_ours_is_refused() throws Exception {
        assertThat(handshake("-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256", "truck-1"))
                .as("the probe")
                .contains("Cipher is ECDHE-ECDSA-AES128-GCM-SHA256");
        for (String old :
                new String[] {
                    "-tls1 -cipher ALL:@SECLEVEL=0",
                    "-tls1_1 -cipher ALL:@SECLEVEL=0",
                    "-tls1_2 -cipher NULL:@SECLEVEL=0",
                    "-tls1_2 -cipher aNULL:@SECLEVEL=0",
                    "-tls1_2 -cipher kRSA:@SECLEVEL=0",
                    "-tls1_2 -cipher kDHE:@SECLEVEL=0",
                    "-tls1_2 -cipher AES128-SHA:AES256-SHA256:@SECLEVEL=0",
                    "-tls1_2 -cipher ECDHE-ECDSA-AES256-SHA:ECDHE-ECDSA-AES128-CCM:@SECLEVEL=0",
                    "-tls1_3 -ciphersuites TLS_AES_128_CCM_8_SHA256"
                }) {
            assertThat(handshake(old, "truck-1")).as(old).contains("Cipher is (NONE)");
        }
    }

    @Test
    void data_before_the_end_of_a_resumed_handshake_is_not_taken() throws Exception {
        Path session = directory.resolve("early.session");
        Path early = Files.writeString(directory.resolve("early"), "anything");
        String first = handshake("-tls1_3 -sess_out " + session, "truck-1", CONNECT);
        assertThat(first).as("the probe").contains("New, TLSv1.3");
        assertThat(session).isNotEmptyFile();

        String again =
                handshake(
                        "-tls1_3 -sess_in %s -early_data %s".formatted(session, early),
                        "truck-1",
                        CONNECT);

        assertThat(again).contains("Reused, TLSv1.3").contains("Max Early Data: 0");
        assertThat(again).doesNotContain("Early data was accepted");
    }

    @Test
    void an_authoritys_certificate_and_a_servers_are_no_clients() throws Exception {
        expectHandshakeToFail(
                broker.authority.issue(Request.tracker("acme.truck-1").asAuthority(), truck.key()),
                "authority");
        expectHandshakeToFail(
                broker.authority.issue(
                        new Request("CN=acme.truck-1")
                                .uri("spiffe://test.example/fleet/acme/tracker/truck-1")
                                .purpose(KeyPurposeId.id_kp_serverAuth),
                        truck.key()),
                "not made for clients");
    }

    @Test
    void a_chain_of_many_or_of_huge_certificates_ends_in_the_handshake() throws Exception {
        String own = Files.readString(directory.resolve("truck-1.crt"));
        String many = Files.readString(directory.resolve("ca.pem")).repeat(20);
        Files.writeString(directory.resolve("long.crt"), own + many);
        Files.copy(directory.resolve("truck-1.key"), directory.resolve("long.key"));
        var fat = Request.tracker("acme.truck-1");
        for (int i = 0; i < 2_000; i++) {
            fat.uri("spiffe://test.example/fleet/acme/tracker/%050d".formatted(i));
        }
        broker.authority.issue(fat, truck.key()).writePem(directory, "fat");

        for (String chain : new String[] {"long", "fat"}) {
            broker.events.clear();
            handshake("-tls1_3 -cert_chain %s/%s.crt".formatted(directory, chain), chain, CONNECT);

            Awaitility.await().until(() -> !broker.events.isEmpty());
            assertThat(broker.events)
                    .as(chain)
                    .isNotEmpty()
                    .noneMatch(GateEvent.Connected.class::isInstance);
        }
    }

    @Test
    void what_a_certificate_names_cannot_forge_a_line_of_the_log() throws Exception {
        for (String line : new String[] {"\n", "\r\n", "\u001b[2J", "\u2028", "\u0000", "\u202e"}) {
            for (var request :
                    new Request[] {
                        new Request("CN=acme.truck-1" + line + "INFO admitted")
                                .uri("spiffe://test.example/fleet/acme/tracker/truck-1"),
                        new Request("CN=acme.truck-1")
                                .uri("spiffe://test.example/fleet/acme/tracker/truck-1" + line)
                    }) {
                broker.events.clear();

                expectToGetNowhere(
                        broker.authority.issue(
                                request.purpose(KeyPurposeId.id_kp_clientAuth), truck.key()));

                assertThat(broker.events)
                        .isNotEmpty()
                        .allSatisfy(event -> assertThat(event.toString()).matches("\\p{Print}*"));
            }
        }
    }

    private static long count(Class<?> kind) {
        return broker.events.stream().filter(kind::isInstance).count();
    }

    private static void expectHandshakeToFail(Credential credential, String why) throws Exception {
        broker.events.clear();
        expectToGetNowhere(credential);
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(broker.events)
                                .first()
                                .isInstanceOfSatisfying(
                                        GateEvent.HandshakeFailed.class,
                                        failed -> assertThat(failed.why()).contains(why)));
    }

    private static void expectToGetNowhere(Credential credential) throws Exception {
        try (var raw = new RawMqtt(broker, credential)) {
            try {
                raw.send(RawMqtt.connect("acme.truck-1"));
            } catch (IOException e) {
                // It has hung up already.
            }
            byte[] answer = raw.receive();
            if (answer.length > 0) {
                assertThat(answer[3]).as("the code of the CONNACK").isNotZero();
            }
        }
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> !broker.events.isEmpty());
    }

    private static String handshake(String options, String credential) throws Exception {
        return handshake(options, credential, "");
    }

    /** What openssl prints; where bytes are said after the handshake, until the broker hangs up. */
    private static String handshake(String options, String credential, String said)
            throws Exception {
        String stay = said.isEmpty() ? "" : "-ign_eof";
        return Tool.SHELL
                .run(
                        directory,
                        "-c",
                        "printf '%s' | openssl s_client %s".formatted(said, stay)
                                + " -connect 127.0.0.1:%d -CAfile %s/ca.pem %s"
                                        .formatted(broker.port(), directory, options)
                                + " -cert %1$s/%2$s.crt -key %1$s/%2$s.key"
                                        .formatted(directory, credential))
                .output();
    }
}
