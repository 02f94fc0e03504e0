package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outrider.gate.GateEvent;
import io.outrider.gate.TestAuthority;
import io.outrider.topic.TrackerId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server's certificate that is replaced, and sessions of TLS that are resumed. */
@Timeout(120)
class BrokerTlsTest {
    @TempDir Path directory;
    private TestBroker broker;

    @BeforeEach
    void start() throws Exception {
        broker = TestBroker.started(directory);
        broker.authority.writePem(directory.resolve("ca.pem"));
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    @Test
    void a_broken_replacement_keeps_the_last_good_certificate() throws Exception {
        Path file = directory.resolve("other.p12");
        var tls =
                new TlsStores(
                        broker.authority.server().writeStore(file, broker.authority.root()),
                        TestAuthority.PASSPHRASE,
                        broker.authority.writeTrustStore(directory.resolve("other-trust.p12")),
                        TestAuthority.TRUST_PASSPHRASE);
        var listener =
                new ListenerConfig(
                        "other", ListenerConfig.Kind.CERTIFICATES, "127.0.0.1", 0, tls, Set.of());
        TlsContext context = TlsContext.open(listener, broker.policy());
        var before = context.current();

        Files.writeString(file, "half of a key sto");
        context.reload();
        assertThat(context.current()).isSameAs(before);
        Files.delete(file);
        context.reload();
        assertThat(context.current()).isSameAs(before);

        broker.authority.server().writeStore(file, broker.authority.root());
        context.reload();
        assertThat(context.current()).isNotSameAs(before);
    }

    @Test
    void a_replaced_certificate_is_shown_within_ten_seconds_and_no_connection_ends()
            throws Exception {
        var truck = broker.enrol("acme.truck-1", 1);
        truck.writePem(directory, "truck-1");
        var client = broker.client(truck, "acme.truck-1");
        client.connect();
        var next = broker.authority.server();
        String serial = next.certificate().getSerialNumber().toString(16);
        assertThat(handshake()).doesNotContainIgnoringCase(serial);

        next.writeStore(directory.resolve("tls/server.p12"), broker.authority.root());

        await().atMost(Duration.ofSeconds(10))
                .until(() -> handshake().toLowerCase(java.util.Locale.ROOT).contains(serial));
        assertThat(client.getState().isConnected()).isTrue();
        client.publishWith()
                .topic("o1/acme/truck-1/report")
                .qos(com.hivemq.client.mqtt.datatypes.MqttQos.AT_LEAST_ONCE)
                .send();
        assertThat(broker.received).hasSize(1);
        client.disconnect();
    }

    @Test
    void who_was_removed_does_not_come_back_by_a_session_of_tls() throws Exception {
        var truck = broker.enrol("acme.truck-2", 2);
        truck.writePem(directory, "truck-2");
        for (String version : List.of("-tls1_3", "-tls1_2")) {
            broker.registry.enrol(
                    TrackerId.parse("acme.truck-2").orElseThrow(), 2, truck.keyHash());
            String session = directory.resolve("session" + version).toString();
            assertThat(connect(version, "-sess_out", session)).contains("New, TLSv1");
            assertThat(connect(version, "-sess_in", session)).contains("Reused, TLSv1");
            long admitted = admitted();
            assertThat(admitted).as("the probe").isGreaterThanOrEqualTo(2);

            await().until(() -> count(GateEvent.Disconnected.class) == admitted);
            broker.registry.trackers.clear();

            assertThat(connect(version, "-sess_in", session)).contains("Reused, TLSv1");
            assertThat(admitted()).isEqualTo(admitted);
            assertThat(broker.events)
                    .last()
                    .isInstanceOfSatisfying(
                            GateEvent.Refused.class,
                            refused -> assertThat(refused.rule()).isEqualTo("directory"));
        }
    }

    private long admitted() {
        return count(GateEvent.Connected.class);
    }

    private long count(Class<?> kind) {
        return broker.events.stream().filter(kind::isInstance).count();
    }

    /** A CONNECT of MQTT 3.1.1 and a DISCONNECT over openssl, until the broker hangs up. */
    private String connect(String version, String option, String session) throws Exception {
        return Tool.SHELL
                .run(
                        directory,
                        "-c",
                        "printf '\\020\\030\\000\\004MQTT\\004\\002\\000\\074\\000\\014acme.truck-2"
                                + "\\340\\000' | openssl s_client -ign_eof"
                                + " -connect 127.0.0.1:%d -CAfile %s/ca.pem"
                                        .formatted(broker.port(), directory)
                                + " -cert %1$s/truck-2.crt -key %1$s/truck-2.key %2$s %3$s %4$s"
                                        .formatted(directory, version, option, session))
                .output();
    }

    private String handshake() throws Exception {
        return Tool.SHELL
                .run(
                        directory,
                        "-c",
                        ("echo | openssl s_client -connect 127.0.0.1:%1$d -CAfile %2$s/ca.pem"
                                        + " -cert %2$s/truck-1.crt -key %2$s/truck-1.key 2>&1"
                                        + " | openssl x509 -noout -serial")
                                .formatted(broker.port(), directory))
                .output();
    }
}
