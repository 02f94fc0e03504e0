package io.outrider.cli;

import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An MQTT 5 client of a real server, and what becomes of it. Its session outlives it. */
final class LiveClient implements AutoCloseable {
    private static final int SECONDS_MAX = 20;
    private static final int EXPIRY_SECONDS = 600;

    private final Files files;
    private final Mqtt5BlockingClient client;
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final BlockingQueue<Throwable> ends = new LinkedBlockingQueue<>();
    private boolean isResumed;

    /**
     * Not connected yet.
     *
     * @param files key, certificates and root, each in PEM
     */
    LiveClient(ServerProcess server, Files files, String clientId)
            throws IOException, GeneralSecurityException {
        this.files = files;
        client =
                MqttClient.builder()
                        .useMqttVersion5()
                        .identifier(clientId)
                        .serverHost("localhost")
                        .serverPort(server.port("trackers"))
                        .sslConfig(files.tls())
                        .addDisconnectedListener(context -> ends.add(context.getCause()))
                        .buildBlocking();
        client.toAsync()
                .publishes(
                        MqttGlobalPublishFilter.ALL,
                        publish ->
                                heard.add(
                                        new String(
                                                publish.getPayloadAsBytes(),
                                                StandardCharsets.UTF_8)));
    }

    /** What a tracker or a client keeps where it lives. */
    record Files(Path key, Path chain, Path root) {
        static Files ofTracker(Path state) {
            return new Files(
                    state.resolve("identity.key"),
                    state.resolve("identity.pem"),
                    state.resolve("ca.pem"));
        }

        static Files ofClient(Path folder, String name) {
            return new Files(
                    folder.resolve(name + ".key"),
                    folder.resolve(name + ".pem"),
                    folder.resolve("ca.pem"));
        }

        private MqttClientSslConfig tls() throws IOException, GeneralSecurityException {
            return MqttClientSslConfig.builder()
                    .keyManagerFactory(EnrolledSocket.keyManagers(key, chain))
                    .trustManagerFactory(EnrolledSocket.trust(root))
                    .build();
        }
    }

    /** The code of the CONNACK; resumes a session where there is one. */
    int connect() {
        return connect(Mqtt5Connect.builder());
    }

    /** The same with a will. */
    int connect(String willTopic) {
        return connect(Mqtt5Connect.builder().willPublish().topic(willTopic).applyWillPublish());
    }

    private int connect(Mqtt5ConnectBuilder connect) {
        try {
            var connAck =
                    client.connect(
                            connect.cleanStart(false)
                                    .sessionExpiryInterval(EXPIRY_SECONDS)
                                    .build());
            isResumed = connAck.isSessionPresent();
            ends.clear();
            return connAck.getReasonCode().getCode();
        } catch (Mqtt5ConnAckException refused) {
            return refused.getMqttMessage().getReasonCode().getCode();
        }
    }

    Files files() {
        return files;
    }

    /** Whether there was a session for the last CONNECT. */
    boolean isResumed() {
        return isResumed;
    }

    boolean isConnected() {
        return client.getState().isConnected();
    }

    /** With QoS 1; a refusal throws. */
    void subscribe(String filter) {
        client.subscribeWith().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE).send();
    }

    /** With QoS 1; a refusal throws. */
    void publish(String topic, String payload, boolean retain) {
        client.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .retain(retain)
                .payload(payload.getBytes(StandardCharsets.UTF_8))
                .send();
    }

    /** The next payload, which is to come. */
    String next() throws InterruptedException {
        String payload = heard.poll(SECONDS_MAX, TimeUnit.SECONDS);
        if (payload == null) {
            throw new AssertionError("no message came");
        }
        return payload;
    }

    /** The next payload that comes; empty where none does within a second. */
    Optional<String> hears() throws InterruptedException {
        return Optional.ofNullable(heard.poll(1, TimeUnit.SECONDS));
    }

    /** The code with which the server has ended the connection, or ends it now. */
    int disconnectCode() throws InterruptedException {
        Throwable end = ends.poll(SECONDS_MAX, TimeUnit.SECONDS);
        if (end instanceof Mqtt5DisconnectException disconnect) {
            // It hears of its end before it is disconnected and can connect again.
            await().until(() -> !isConnected());
            return disconnect.getMqttMessage().getReasonCode().getCode();
        }
        throw new AssertionError("no DISCONNECT of the server's", end);
    }

    void leave() {
        client.disconnect();
    }

    @Override
    public void close() {
        client.toAsync()
                .disconnect()
                .exceptionally(_ -> { // it is gone already
                    return null;
                })
                .join();
    }
}
