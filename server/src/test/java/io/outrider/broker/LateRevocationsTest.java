package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import io.outrider.gate.CertificateMapping;
import io.outrider.gate.CertificatePolicy;
import io.outrider.gate.TestAuthority;
import io.outrider.gate.TestAuthority.Credential;
import io.outrider.gate.TrustAnchorSet;
import io.outrider.topic.TrackerId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** That another authority's revocation reaches those of its trackers who are connected. */
@Timeout(60)
class LateRevocationsTest {
    @TempDir Path directory;

    private final TestAuthority theirs = new TestAuthority("theirs");
    private Path list;
    private TestBroker broker;

    @BeforeEach
    void start() throws Exception {
        list = directory.resolve("theirs.crl");
        theirs.writeRevocations(list);
        var anchors = new TrustAnchorSet(List.of(theirs.root()), List.of(), Optional.of(list));
        var rule =
                (CertificateMapping.Parsed.Rule)
                        CertificateMapping.parse(
                                CertificateMapping.Source.SUBJECT_CN,
                                "{fleet}.{tracker}",
                                Optional.empty());
        broker =
                TestBroker.startedBelieving(
                        directory, new CertificatePolicy.Foreign(anchors, rule.mapping()));
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    @Test
    void a_live_tracker_whose_certificate_lands_on_its_authoritys_list_is_cut_off_and_no_other()
            throws Exception {
        Credential stolen = theirs(1);
        Mqtt5BlockingClient gone = connected(stolen, 1);
        Mqtt5BlockingClient stays = connected(theirs(2), 2);
        Mqtt5BlockingClient ours = connected(broker.enrol(name(3), 3), 3);

        theirs.writeRevocations(list, stolen.certificate());

        assertThat(broker.ends.poll(30, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        Mqtt5DisconnectException.class,
                        end -> {
                            var disconnect = end.getMqttMessage();
                            assertThat(disconnect.getReasonCode().getCode()).isEqualTo(0x87);
                            assertThat(disconnect.getReasonString().orElseThrow())
                                    .hasToString("a certificate of the chain was revoked");
                        });
        await().until(() -> !gone.getState().isConnected());
        assertThatThrownBy(gone::connect).isInstanceOf(RuntimeException.class);
        assertThat(stays.getState().isConnected()).isTrue();
        assertThat(ours.getState().isConnected()).isTrue();
        report(stays, 2);
        report(ours, 3);
        stays.disconnect();
        ours.disconnect();
    }

    private void report(Mqtt5BlockingClient tracker, int number) {
        broker.received.clear();
        tracker.publishWith()
                .topic("o1/acme/truck-" + number + "/report")
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(new byte[] {1})
                .send();
        assertThat(broker.received).hasSize(1);
    }

    private static String name(int number) {
        return "acme.truck-" + number;
    }

    private Credential theirs(int number) {
        Credential credential = theirs.tracker(name(number));
        broker.registry.enrol(
                TrackerId.parse(name(number)).orElseThrow(), number, credential.keyHash());
        return credential;
    }

    private Mqtt5BlockingClient connected(Credential credential, int number) {
        Mqtt5BlockingClient client = broker.client(credential, name(number));
        client.connect();
        return client;
    }
}
