package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.exceptions.ConnectionClosedException;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.auth.EnhancedAuthenticator;
import com.hivemq.extension.sdk.api.auth.SubscriptionAuthorizer;
import com.hivemq.extension.sdk.api.auth.parameter.EnhancedAuthConnectInput;
import com.hivemq.extension.sdk.api.auth.parameter.EnhancedAuthInput;
import com.hivemq.extension.sdk.api.auth.parameter.EnhancedAuthOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import io.outrider.gate.ClientEntry;
import io.outrider.gate.Directory;
import io.outrider.gate.Gate;
import io.outrider.gate.GateEvent;
import io.outrider.gate.TestAuthority;
import io.outrider.gate.TestAuthority.Credential;
import io.outrider.gate.TrackerEntry;
import io.outrider.topic.TrackerId;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each part that lets people in or answers them, broken one by one under a running engine: thrown,
 * taken out, silent. Nobody is let in, and nothing is acknowledged.
 */
@Timeout(120)
class BrokerFailsClosedTest {
    private static final EnhancedAuthenticator EVERYBODY =
            new OnConnect(EnhancedAuthOutput::authenticateSuccessfully);

    private static final EnhancedAuthenticator UNDECIDED = new OnConnect(_ -> {});

    /** Does the same for each CONNECT. */
    private record OnConnect(Consumer<EnhancedAuthOutput> decision)
            implements EnhancedAuthenticator {
        @Override
        public void onConnect(EnhancedAuthConnectInput input, EnhancedAuthOutput output) {
            decision.accept(output);
        }

        @Override
        public void onAuth(EnhancedAuthInput input, EnhancedAuthOutput output) {
            throw new IllegalStateException("nobody sends AUTH here");
        }
    }

    @TempDir static Path directory;
    private static final AtomicBoolean registryBroken = new AtomicBoolean();
    private static final AtomicBoolean watchBroken = new AtomicBoolean();
    private static TestBroker parts;
    private static Credential credential;
    private static Whole whole;
    private static Broker broker;

    /** The true extension, which can be started again so that all its hooks are back. */
    private static final class Whole implements ExtensionMain {
        private final GateExtension extension;
        private @Nullable Runnable again;

        Whole(GateExtension extension) {
            this.extension = extension;
        }

        @Override
        public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
            extension.extensionStart(input, output);
            again = () -> extension.extensionStart(input, output);
        }

        @Override
        public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {
            extension.extensionStop(input, output);
        }
    }

    @BeforeAll
    static void start() throws Exception {
        parts = new TestBroker(directory);
        credential = parts.enrol("acme.truck-1", 1);
        whole = new Whole(extension());
        broker =
                Broker.start(
                        parts.config(),
                        gate(),
                        parts.policy(),
                        parts.inbox(),
                        BrokerFailsClosedTest::watch,
                        whole.extension,
                        whole);
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @BeforeEach
    void repair() {
        registryBroken.set(false);
        watchBroken.set(false);
        parts.received.clear();
        parts.inbox = TestBroker.acknowledging();
        Objects.requireNonNull(whole.again).run();
    }

    @Test
    void the_probe_itself_is_acknowledged_while_nothing_is_broken() {
        assertThat(publish(connected())).isEqualTo(0x00);
        assertThat(parts.received).hasSize(1);
    }

    @Test
    void without_an_authenticator_nobody_gets_in() {
        Services.securityRegistry().setEnhancedAuthenticatorProvider(_ -> null);

        assertThat(refusal()).isEqualTo(0x87);
    }

    @Test
    void an_authenticator_that_does_not_decide_lets_nobody_in() {
        Services.securityRegistry().setEnhancedAuthenticatorProvider(_ -> UNDECIDED);

        assertThat(refusal()).isEqualTo(0x87);
    }

    @Test
    void who_passes_without_the_gate_hears_no_success() {
        Services.securityRegistry().setEnhancedAuthenticatorProvider(_ -> EVERYBODY);

        assertThat(catchThrowable(() -> client().connect()))
                .isInstanceOf(ConnectionClosedException.class);
    }

    @Test
    void whatever_the_engines_authorizer_says_the_gate_decides_on_subscriptions() {
        SubscriptionAuthorizer everything = (_, output) -> output.authorizeSuccessfully();
        Services.securityRegistry().setAuthorizerProvider(_ -> everything);
        assertThat(refusedSubscription(connected())).isEqualTo(0x87);

        Services.securityRegistry().setAuthorizerProvider(_ -> null);
        assertThat(refusedSubscription(connected())).isEqualTo(0x87);
    }

    @Test
    void a_watch_that_throws_lets_nobody_subscribe() {
        var inside = connected();
        watchBroken.set(true);

        assertThat(catchThrowable(() -> subscribe(inside, "o1/acme/truck-1/down"))).isNotNull();
        await().until(() -> !inside.getState().isConnected());
    }

    @Test
    void a_registry_that_throws_lets_nobody_in_and_acknowledges_nothing() {
        var inside = connected();
        registryBroken.set(true);

        assertThat(refusal()).isEqualTo(0x80);
        assertThat(publish(inside)).isEqualTo(MqttPublisher.NO_PUBACK);
        assertThat(parts.received).isEmpty();
    }

    @Test
    void a_watch_that_throws_lets_nobody_in_and_acknowledges_nothing() {
        var inside = connected();
        watchBroken.set(true);

        parts.inbox =
                _ -> CompletableFuture.completedFuture(new Outcome.Withheld("the disk is full"));
        assertThat(publish(inside)).isEqualTo(MqttPublisher.NO_PUBACK);
        assertThat(catchThrowable(() -> client().connect()))
                .isInstanceOf(ConnectionClosedException.class);
    }

    private static GateExtension extension() {
        return new GateExtension(
                gate(), parts.policy(), Optional.empty(), BrokerFailsClosedTest::watch);
    }

    private static void watch(GateEvent event) {
        if (watchBroken.get()) {
            throw new IllegalStateException("sabotage");
        }
        parts.events.add(event);
    }

    private static Gate gate() {
        return new Gate(
                TestAuthority.INSTALLATION,
                TestBroker.LIMITS,
                new Directory() {
                    @Override
                    public Optional<TrackerEntry> tracker(TrackerId id) {
                        if (registryBroken.get()) {
                            throw new IllegalStateException("sabotage");
                        }
                        return parts.registry.tracker(id);
                    }

                    @Override
                    public Optional<ClientEntry> client(String name) {
                        return parts.registry.client(name);
                    }

                    @Override
                    public boolean hearsTrackers() {
                        return false;
                    }
                },
                InstantSource.system());
    }

    private static Mqtt5BlockingClient client() {
        return parts.clientBuilder(credential, broker.port("mqtt"))
                .identifier("acme.truck-1")
                .buildBlocking();
    }

    private static Mqtt5BlockingClient connected() {
        var client = client();
        client.connect();
        return client;
    }

    /** The code of the CONNACK. */
    private static int refusal() {
        Throwable error = catchThrowable(() -> client().connect());
        assertThat(error).isInstanceOf(Mqtt5ConnAckException.class);
        return ((Mqtt5ConnAckException) error).getMqttMessage().getReasonCode().getCode();
    }

    private static void subscribe(Mqtt5BlockingClient client, String filter) {
        client.subscribeWith().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE).send();
    }

    /** The code of the SUBACK for another tracker's topic. */
    private static int refusedSubscription(Mqtt5BlockingClient client) {
        Throwable error = catchThrowable(() -> subscribe(client, "o1/acme/truck-2/down"));
        assertThat(error).isInstanceOf(Mqtt5SubAckException.class);
        return ((Mqtt5SubAckException) error)
                .getMqttMessage()
                .getReasonCodes()
                .getFirst()
                .getCode();
    }

    private static int publish(Mqtt5BlockingClient client) {
        return new MqttPublisher(client, "o1/acme/truck-1/report").publish("x");
    }
}
