package io.outrider.tracker;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttUtf8String;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAck;
import io.outrider.topic.Channel;
import io.outrider.topic.TrackerId;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.TrustManagerFactorySpi;
import org.jspecify.annotations.Nullable;

/**
 * MQTT 5 over mutual TLS. Each connection is a new session: what was not answered is sent again by
 * us, who know what it was, and not by the library.
 */
final class MqttUplink implements Uplink {
    private static final int KEEP_ALIVE_SECONDS = 45;
    private static final int HANDSHAKE_SECONDS_MAX = 30;
    private static final int DOWN_BYTES_MAX = 64 << 10;
    private static final int DOWN_IN_FLIGHT_MAX = 16;

    private final TrackerId tracker;
    private final Events events;
    private final Mqtt5AsyncClient client;

    MqttUplink(
            TrackerId tracker,
            String host,
            int port,
            PrivateKey key,
            List<X509Certificate> chain,
            PinnedTrust trust,
            Events events) {
        this.tracker = tracker;
        this.events = events;
        this.client =
                Mqtt5Client.builder()
                        .identifier(tracker.toString())
                        .serverHost(host)
                        .serverPort(port)
                        .sslConfig()
                        .keyManagerFactory(keyManagers(key, chain))
                        .trustManagerFactory(new OneTrust(trust))
                        .protocols(List.of("TLSv1.3", "TLSv1.2"))
                        .handshakeTimeout(HANDSHAKE_SECONDS_MAX, TimeUnit.SECONDS)
                        .applySslConfig()
                        .addDisconnectedListener(this::disconnected)
                        .buildAsync();
        client.publishes(
                MqttGlobalPublishFilter.ALL, publish -> events.down(publish.getPayloadAsBytes()));
    }

    @Override
    public void connect() {
        var _ =
                client.connectWith()
                        .cleanStart(true)
                        .keepAlive(KEEP_ALIVE_SECONDS)
                        .sessionExpiryInterval(0)
                        .restrictions()
                        .receiveMaximum(DOWN_IN_FLIGHT_MAX)
                        .maximumPacketSize(DOWN_BYTES_MAX)
                        .applyRestrictions()
                        .send()
                        .whenComplete((connAck, failure) -> {
                            if (failure == null) {
                                subscribe();
                            } // else the disconnected listener hears of it
                        });
    }

    private void subscribe() {
        var _ =
                client.subscribeWith()
                        .topicFilter(tracker.topic(Channel.DOWN))
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .send()
                        .whenComplete((subAck, failure) -> {
                            if (failure == null) {
                                events.connected();
                            } else {
                                disconnect();
                            }
                        });
    }

    private void disconnected(MqttClientDisconnectedContext context) {
        Throwable cause = context.getCause();
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        events.disconnected(message == null ? cause.getClass().getSimpleName() : message);
    }

    @Override
    public void publish(long ticket, Channel channel, byte[] payload) {
        var _ =
                client.publishWith()
                        .topic(tracker.topic(channel))
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(payload)
                        .send()
                        .whenComplete((result, failure) -> answered(ticket, result, failure));
    }

    private void answered(
            long ticket, @Nullable Mqtt5PublishResult result, @Nullable Throwable failure) {
        if (result instanceof Mqtt5PublishResult.Mqtt5Qos1Result stored
                && result.getError().isEmpty()) {
            answered(ticket, stored.getPubAck());
            return;
        }
        Throwable cause = failure;
        if (result != null) {
            cause = result.getError().orElse(null);
        }
        if (cause instanceof CompletionException wrapped) {
            cause = wrapped.getCause();
        }
        if (cause instanceof Mqtt5PubAckException refused) {
            answered(ticket, refused.getMqttMessage());
        } // else the connection went, which the disconnected listener hears of
    }

    private void answered(long ticket, Mqtt5PubAck answer) {
        String reason = answer.getReasonString().map(MqttUtf8String::toString).orElse("");
        events.answered(ticket, answer.getReasonCode().getCode(), reason);
    }

    @Override
    public void disconnect() {
        var _ =
                client.disconnect()
                        .exceptionally(_ -> { // it was disconnected already
                            return null;
                        });
    }

    @Override
    public void close() {
        disconnect();
    }

    private static KeyManagerFactory keyManagers(PrivateKey key, List<X509Certificate> chain) {
        try {
            char[] password = new char[0]; // it is in memory only
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, password);
            store.setKeyEntry("tracker", key, password, chain.toArray(new X509Certificate[0]));
            KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
            factory.init(store, password);
            return factory;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this Java cannot hold a key", e);
        }
    }

    /** A factory of one trust manager, as the library asks for a factory. */
    private static final class OneTrust extends TrustManagerFactory {
        OneTrust(PinnedTrust trust) {
            super(new Spi(trust), provider(), "pinned");
        }

        private static Provider provider() {
            return Security.getProviders()[0];
        }
    }

    private static final class Spi extends TrustManagerFactorySpi {
        private final PinnedTrust trust;

        private Spi(PinnedTrust trust) {
            this.trust = trust;
        }

        @Override
        protected void engineInit(@Nullable KeyStore store) {}

        @Override
        protected void engineInit(@Nullable ManagerFactoryParameters parameters) {}

        @Override
        protected TrustManager[] engineGetTrustManagers() {
            return new TrustManager[] {trust};
        }
    }
}
