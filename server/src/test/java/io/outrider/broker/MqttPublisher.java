package io.outrider.broker;

import static org.assertj.core.api.Assertions.catchThrowable;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A tracker's connection that publishes reports and tells the code of each PUBACK. */
record MqttPublisher(Mqtt5BlockingClient client, String topic) {
    static final int NO_PUBACK = -1;

    static MqttPublisher connected(TestBroker broker, String id, long enrolment) {
        var client = broker.client(broker.enrol(id, enrolment), id);
        client.connect();
        return new MqttPublisher(client, "o1/" + id.replace('.', '/') + "/report");
    }

    int publish(String text) {
        return code(begin(text));
    }

    CompletableFuture<Mqtt5PublishResult> begin(String text) {
        return client.toAsync()
                .publish(
                        Mqtt5Publish.builder()
                                .topic(topic)
                                .qos(MqttQos.AT_LEAST_ONCE)
                                .payload(text.getBytes(StandardCharsets.UTF_8))
                                .build());
    }

    void disconnect() {
        client.disconnect();
    }

    /** The code of the PUBACK, or {@link #NO_PUBACK} where the connection ended without one. */
    static int code(CompletableFuture<Mqtt5PublishResult> result) {
        Throwable error = catchThrowable(() -> result.orTimeout(20, TimeUnit.SECONDS).join());
        if (error == null) {
            return 0;
        }
        return error.getCause() instanceof Mqtt5PubAckException refusal
                ? refusal.getMqttMessage().getReasonCode().getCode()
                : NO_PUBACK;
    }
}
