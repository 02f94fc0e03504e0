package io.outrider.gate;

import java.time.Duration;

/**
 * Ours to choose, unlike what MQTT fixes. Everything at the gate that could grow has a line here.
 *
 * @param packetBytesMax largest MQTT packet; a larger one ends the connection (0x95)
 * @param topicBytesMax longest topic or filter, UTF-8
 * @param topicLevelsMax most levels in a topic or filter
 * @param filtersMax most filters in one SUBSCRIBE
 * @param userPropertiesMax most user properties in one PUBLISH
 * @param userPropertyBytesMax most bytes in all of them, names and values
 * @param keepAliveMin shortest keep alive; a shorter one is refused
 * @param keepAliveMax longest keep alive: MQTT 5 clients that ask for more, or for none, are told
 *     this one; MQTT 3.1.1 cannot be told and is refused
 * @param sessionExpiryMax how long a session outlives its connection at most
 * @param receiveMax most QoS 1 publishes of one client that wait for their answer
 * @param topicAliasesMax most topic aliases of one client
 * @param downQueueMax most messages that wait for one tracker
 * @param connectionsMax most connections at once
 * @param handshakeTimeMax for the TLS handshake, from the first byte
 * @param connectTimeMax from the connection to the CONNECT
 * @param outcomeTimeMax how long an answer to a PUBLISH may take before it counts as withheld
 * @param withheldTime how long a client whose answer is withheld is kept waiting before it is
 *     disconnected; it spares the server a handshake for each impatient retry
 */
public record Limits(
        int packetBytesMax,
        int topicBytesMax,
        int topicLevelsMax,
        int filtersMax,
        int userPropertiesMax,
        int userPropertyBytesMax,
        Duration keepAliveMin,
        Duration keepAliveMax,
        Duration sessionExpiryMax,
        int receiveMax,
        int topicAliasesMax,
        int downQueueMax,
        int connectionsMax,
        Duration handshakeTimeMax,
        Duration connectTimeMax,
        Duration outcomeTimeMax,
        Duration withheldTime) {

    public static final Limits DEFAULT =
            new Limits(
                    32 * 1024,
                    128,
                    8,
                    8,
                    16,
                    2048,
                    Duration.ofSeconds(5),
                    Duration.ofMinutes(5),
                    Duration.ofDays(1),
                    64,
                    4,
                    32,
                    20_000,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(5));

    public Limits {
        requireInRange("packetBytesMax", packetBytesMax, 256, 256 * 1024 * 1024);
        requireInRange("topicBytesMax", topicBytesMax, 76, 65_535);
        requireInRange("topicLevelsMax", topicLevelsMax, 4, 200);
        requireInRange("filtersMax", filtersMax, 1, 1_000);
        requireInRange("userPropertiesMax", userPropertiesMax, 0, 1_000);
        requireInRange("userPropertyBytesMax", userPropertyBytesMax, 0, packetBytesMax);
        requireInRange("keepAliveMin", keepAliveMin.toSeconds(), 1, 65_535);
        requireInRange("keepAliveMax", keepAliveMax.toSeconds(), keepAliveMin.toSeconds(), 65_535);
        requireInRange("sessionExpiryMax", sessionExpiryMax.toSeconds(), 0, 365 * 86_400L);
        requireInRange("receiveMax", receiveMax, 1, 65_535);
        requireInRange("topicAliasesMax", topicAliasesMax, 1, 65_535);
        requireInRange("downQueueMax", downQueueMax, 1, 10_000);
        requireInRange("connectionsMax", connectionsMax, 1, 10_000_000);
        requireInRange("handshakeTimeMax", handshakeTimeMax.toMillis(), 100, 3_600_000);
        requireInRange("connectTimeMax", connectTimeMax.toMillis(), 100, 3_600_000);
        requireInRange("outcomeTimeMax", outcomeTimeMax.toMillis(), 10, 3_600_000);
        requireInRange("withheldTime", withheldTime.toMillis(), 0, 3_600_000);
    }

    private static void requireInRange(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + " " + value + " is not in " + min + " … " + max);
        }
    }
}
