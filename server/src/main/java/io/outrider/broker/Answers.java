package io.outrider.broker;

import static java.util.Objects.requireNonNull;

import com.hivemq.bootstrap.ClientConnectionContext;
import com.hivemq.mqtt.handler.disconnect.MqttServerDisconnector;
import com.hivemq.mqtt.message.QoS;
import com.hivemq.mqtt.message.mqtt5.Mqtt5UserProperties;
import com.hivemq.mqtt.message.puback.PUBACK;
import com.hivemq.mqtt.message.publish.PUBLISH;
import com.hivemq.mqtt.message.pubrec.PUBREC;
import com.hivemq.mqtt.message.reason.Mqtt5DisconnectReasonCode;
import com.hivemq.mqtt.message.reason.Mqtt5PubAckReasonCode;
import com.hivemq.mqtt.message.reason.Mqtt5PubRecReasonCode;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.outrider.gate.MqttVersion;
import io.outrider.gate.ReasonCode;

/** Answers that we give ourselves, in the engine's packets. For the event loop. */
final class Answers {
    private static final int REASON_LENGTH_MAX = 256;

    private Answers() {}

    /** PUBACK 0x00. */
    static void acknowledge(ChannelHandlerContext context, PUBLISH publish) {
        var _ = context.writeAndFlush(new PUBACK(publish.getPacketIdentifier()));
    }

    /** What MQTT 3.1.1 answers to a message that was taken, and to one that was dropped. */
    static void ignore(ChannelHandlerContext context, PUBLISH publish) {
        int id = publish.getPacketIdentifier();
        switch (publish.getQoS()) {
            case AT_MOST_ONCE -> {}
            case AT_LEAST_ONCE -> {
                var _ = context.writeAndFlush(new PUBACK(id));
            }
            case EXACTLY_ONCE -> {
                var _ = context.writeAndFlush(new PUBREC(id));
            }
        }
    }

    /**
     * PUBACK or PUBREC with a code and a reason.
     *
     * @return false where this flow has no answer that can carry the code: QoS 0, MQTT 3.1.1, or a
     *     code that only a DISCONNECT can carry
     */
    static boolean refuse(
            ChannelHandlerContext context,
            Connection connection,
            PUBLISH publish,
            ReasonCode code,
            String reason) {
        if (publish.getQoS() == QoS.AT_MOST_ONCE
                || connection.version() != MqttVersion.V5
                || !code.fitsPuback()) {
            return false;
        }
        int id = publish.getPacketIdentifier();
        var none = Mqtt5UserProperties.NO_USER_PROPERTIES;
        var _ =
                context.writeAndFlush(
                        publish.getQoS() == QoS.AT_LEAST_ONCE
                                ? new PUBACK(
                                        id,
                                        requireNonNull(Mqtt5PubAckReasonCode.fromCode(code.code())),
                                        cut(reason),
                                        none)
                                : new PUBREC(
                                        id,
                                        requireNonNull(Mqtt5PubRecReasonCode.fromCode(code.code())),
                                        cut(reason),
                                        none));
        return true;
    }

    /** DISCONNECT with a code and a reason, where the version has them; then the socket closes. */
    static void disconnect(
            MqttServerDisconnector disconnector, Channel channel, ReasonCode code, String reason) {
        var known = Mqtt5DisconnectReasonCode.fromCode(code.code());
        disconnector.disconnect(
                channel,
                null,
                reason,
                known == null ? Mqtt5DisconnectReasonCode.UNSPECIFIED_ERROR : known,
                cut(reason));
    }

    /** Whoever may not be here any more publishes no will by leaving. */
    static void withoutWill(Channel channel) {
        ClientConnectionContext.of(channel).setPreventLwt(true);
    }

    private static String cut(String reason) {
        return reason.length() > REASON_LENGTH_MAX
                ? reason.substring(0, REASON_LENGTH_MAX)
                : reason;
    }
}
