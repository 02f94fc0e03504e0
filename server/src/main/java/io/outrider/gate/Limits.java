package io.outrider.gate;

import static io.outrider.gate.Range.requireInRange;
import static io.outrider.gate.Range.requireTime;

import java.time.Duration;

/**
 * Ours to choose, unlike what MQTT fixes. Everything at the gate that could grow, last or repeat
 * has a line here, and nothing else does.
 */
public record Limits(
        Connecting connecting, Packets packets, Sessions sessions, Rates rates, Answers answers) {

    public static final Limits DEFAULT =
            new Limits(
                    Connecting.DEFAULT,
                    Packets.DEFAULT,
                    Sessions.DEFAULT,
                    Rates.DEFAULT,
                    Answers.DEFAULT);

    /**
     * Until a peer has proven who it is. An address prefix is a /24 of IPv4 or a /56 of IPv6.
     *
     * @param connectionsMax most connections at once
     * @param connectionsPerPrefixMax most connections at once from one address prefix
     * @param connectionsPerClientMax most connections at once of one client; a tracker has one
     * @param unprovenMax most connections at once that have not been let in yet
     * @param unprovenPerPrefixMax the same from one address prefix; where one more comes, the one
     *     of the oldest that has got least far is closed for it
     * @param handshakesPerSecond how many TLS handshakes begin in a second; more of them wait
     * @param handshakesPerPrefixPerSecond the same for one address prefix
     * @param handshakeTimeMax from the connection to the end of the TLS handshake, however many
     *     bytes come
     * @param connectTimeMax from there to the end of the CONNECT, however many bytes come; once
     *     more as long for the proof, which enhanced authentication brings in packets of its own
     * @param connectBytesMax largest CONNECT; a larger one is refused (0x95) at its first bytes
     * @param bytesMax most bytes of TLS records taken from a peer before it is let in
     * @param takeoverPause how long a session that was taken over from another address prefix
     *     cannot be taken over again from another one, as long as its connection is open
     */
    public record Connecting(
            int connectionsMax,
            int connectionsPerPrefixMax,
            int connectionsPerClientMax,
            int unprovenMax,
            int unprovenPerPrefixMax,
            int handshakesPerSecond,
            int handshakesPerPrefixPerSecond,
            Duration handshakeTimeMax,
            Duration connectTimeMax,
            int connectBytesMax,
            int bytesMax,
            Duration takeoverPause) {

        public static final Connecting DEFAULT =
                new Connecting(
                        20_000,
                        20_000,
                        16,
                        4_096,
                        512,
                        1_000,
                        500,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(10),
                        12 * 1024,
                        32 * 1024,
                        Duration.ofSeconds(10));

        public Connecting {
            requireInRange("connectionsMax", connectionsMax, 1, 10_000_000);
            requireInRange("connectionsPerPrefixMax", connectionsPerPrefixMax, 1, 10_000_000);
            requireInRange("connectionsPerClientMax", connectionsPerClientMax, 1, 10_000);
            requireInRange("unprovenMax", unprovenMax, 2, 1_000_000);
            requireInRange("unprovenPerPrefixMax", unprovenPerPrefixMax, 2, unprovenMax);
            requireInRange("handshakesPerSecond", handshakesPerSecond, 1, 1_000_000);
            requireInRange(
                    "handshakesPerPrefixPerSecond",
                    handshakesPerPrefixPerSecond,
                    1,
                    handshakesPerSecond);
            requireTime("handshakeTimeMax", handshakeTimeMax, 100, 3_600_000);
            requireTime("connectTimeMax", connectTimeMax, 100, 3_600_000);
            requireInRange("connectBytesMax", connectBytesMax, 256, 1024 * 1024);
            requireInRange("bytesMax", bytesMax, connectBytesMax + 4 * 1024, 16 * 1024 * 1024);
            requireTime("takeoverPause", takeoverPause, 0, 3_600_000);
        }

        /**
         * The same where there can be no more connections than this.
         *
         * @param connections at least 4; of them half may be unproven
         */
        public Connecting within(int connections) {
            int unproven = Math.min(unprovenMax, connections / 2);
            return new Connecting(
                    Math.min(connectionsMax, connections),
                    Math.min(connectionsPerPrefixMax, connections),
                    connectionsPerClientMax,
                    unproven,
                    Math.min(unprovenPerPrefixMax, unproven),
                    handshakesPerSecond,
                    handshakesPerPrefixPerSecond,
                    handshakeTimeMax,
                    connectTimeMax,
                    connectBytesMax,
                    bytesMax,
                    takeoverPause);
        }
    }

    /**
     * In one packet, or under way at once.
     *
     * @param packetBytesMax largest MQTT packet; a larger one ends the connection (0x95)
     * @param topicBytesMax longest topic or filter, UTF-8
     * @param topicLevelsMax most levels in a topic or filter
     * @param filtersMax most filters in one SUBSCRIBE
     * @param userPropertiesMax most user properties in one packet
     * @param userPropertyBytesMax most bytes in all of them, names and values
     * @param topicAliasesMax most topic aliases of one client, in each direction
     * @param receiveMax most QoS 1 and 2 publishes of one client that wait for their answer
     */
    public record Packets(
            int packetBytesMax,
            int topicBytesMax,
            int topicLevelsMax,
            int filtersMax,
            int userPropertiesMax,
            int userPropertyBytesMax,
            int topicAliasesMax,
            int receiveMax) {

        public static final Packets DEFAULT =
                new Packets(128 * 1024, 256, 16, 16, 16, 2048, 16, 64);

        public Packets {
            requireInRange("packetBytesMax", packetBytesMax, 256, 256 * 1024 * 1024);
            requireInRange("topicBytesMax", topicBytesMax, 76, 65_535);
            requireInRange("topicLevelsMax", topicLevelsMax, 4, 200);
            requireInRange("filtersMax", filtersMax, 1, 1_000);
            requireInRange("userPropertiesMax", userPropertiesMax, 0, 1_000);
            requireInRange("userPropertyBytesMax", userPropertyBytesMax, 0, packetBytesMax);
            requireInRange("topicAliasesMax", topicAliasesMax, 1, 65_535);
            requireInRange("receiveMax", receiveMax, 1, 65_535);
        }
    }

    /**
     * For as long as a session lives.
     *
     * @param keepAliveMin shortest keep alive of MQTT 5: who asks for a shorter one gets this one
     * @param keepAliveMax longest keep alive: who asks for a longer one, or for none, gets this
     *     one; MQTT 5 clients are told
     * @param expiryMax how long a session outlives its connection at most
     * @param subscriptionsMax most subscriptions of one session
     * @param queuedMax most messages that wait for one session; beyond, the oldest goes
     * @param retainedMax most retained messages of all clients together
     * @param retainedPerClientMax most retained messages of one client
     */
    public record Sessions(
            Duration keepAliveMin,
            Duration keepAliveMax,
            Duration expiryMax,
            int subscriptionsMax,
            int queuedMax,
            int retainedMax,
            int retainedPerClientMax) {

        public static final Sessions DEFAULT =
                new Sessions(
                        Duration.ofSeconds(5),
                        Duration.ofMinutes(5),
                        Duration.ofDays(1),
                        100,
                        1_000,
                        10_000,
                        1_000);

        public Sessions {
            requireTime("keepAliveMin", keepAliveMin, 1_000, 65_535_000);
            requireTime("keepAliveMax", keepAliveMax, keepAliveMin.toMillis(), 65_535_000);
            requireTime("expiryMax", expiryMax, 0, 365L * 86_400_000);
            requireInRange("subscriptionsMax", subscriptionsMax, 1, 100_000);
            requireInRange("queuedMax", queuedMax, 1, 1_000_000);
            requireInRange("retainedMax", retainedMax, 1, 10_000_000);
            requireInRange("retainedPerClientMax", retainedPerClientMax, 1, retainedMax);
        }

        /**
         * The keep alive that holds, in seconds. MQTT 3.1.1 has no word for a longer one than was
         * asked for, and wants a client cut off after the one that was (section 3.1.2.10).
         *
         * @param asked 0 … 65,535; 0 asks for none, and is not honoured
         */
        public int keepAliveSeconds(int asked, MqttVersion version) {
            int max = (int) keepAliveMax.toSeconds();
            int min = version == MqttVersion.V5 ? (int) keepAliveMin.toSeconds() : 1;
            return asked == 0 ? max : Math.clamp(asked, min, max);
        }
    }

    /**
     * For each identity. QoS 1 and 2 are slowed down to this by answering later; QoS 0, which MQTT
     * cannot slow down, ends in DISCONNECT 0x96.
     *
     * @param messagesPerSecond lasting
     * @param messagesBurst on top, at once
     * @param bytesPerSecond of payloads, lasting
     * @param bytesBurst on top, at once; at least the largest packet
     * @param renewalsPerMinute how often a connection may prove itself anew (AUTH of MQTT 5), as
     *     many at once; one more ends it (0x97)
     */
    public record Rates(
            int messagesPerSecond,
            int messagesBurst,
            int bytesPerSecond,
            int bytesBurst,
            int renewalsPerMinute) {

        public static final Rates DEFAULT =
                new Rates(1_000, 2_000, 1024 * 1024, 4 * 1024 * 1024, 12);

        public Rates {
            requireInRange("messagesPerSecond", messagesPerSecond, 1, 1_000_000);
            requireInRange("messagesBurst", messagesBurst, 1, 10_000_000);
            requireInRange("bytesPerSecond", bytesPerSecond, 64, 1 << 30);
            requireInRange("bytesBurst", bytesBurst, 64, 1 << 30);
            requireInRange("renewalsPerMinute", renewalsPerMinute, 1, 100_000);
        }
    }

    /**
     * Of our own answers.
     *
     * @param outcomeTimeMax how long an answer to a PUBLISH may take before it counts as withheld
     * @param withheldTime how long a client whose answer is withheld is kept waiting before it is
     *     disconnected; it spares the server a handshake for each impatient retry
     */
    public record Answers(Duration outcomeTimeMax, Duration withheldTime) {

        public static final Answers DEFAULT =
                new Answers(Duration.ofSeconds(10), Duration.ofSeconds(5));

        public Answers {
            requireTime("outcomeTimeMax", outcomeTimeMax, 10, 3_600_000);
            requireTime("withheldTime", withheldTime, 0, 3_600_000);
        }
    }
}
