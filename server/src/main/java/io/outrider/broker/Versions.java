package io.outrider.broker;

import com.hivemq.mqtt.message.ProtocolVersion;
import io.outrider.gate.MqttVersion;

/** The engine's protocol versions in the gate's words. */
final class Versions {
    private Versions() {}

    static MqttVersion of(ProtocolVersion version) {
        return switch (version) {
            case MQTTv3_1 -> MqttVersion.V3_1;
            case MQTTv3_1_1 -> MqttVersion.V3_1_1;
            case MQTTv5 -> MqttVersion.V5;
        };
    }
}
