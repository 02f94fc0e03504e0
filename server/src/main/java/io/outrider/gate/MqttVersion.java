package io.outrider.gate;

/** What a client speaks. */
public enum MqttVersion {
    V3_1,
    V3_1_1,
    V5
}
