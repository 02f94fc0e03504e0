package io.outrider.broker;

import com.hivemq.extension.sdk.api.packets.connect.ConnackReasonCode;
import com.hivemq.extension.sdk.api.packets.disconnect.DisconnectReasonCode;
import com.hivemq.extension.sdk.api.packets.subscribe.SubackReasonCode;
import io.outrider.gate.ReasonCode;

/**
 * The gate's reason codes in the engine's words, packet by packet. A code that a packet cannot
 * carry becomes a refusal that it can, and never a success.
 */
final class Codes {
    private Codes() {}

    static ConnackReasonCode connack(ReasonCode code) {
        return switch (code) {
            case MALFORMED_PACKET -> ConnackReasonCode.MALFORMED_PACKET;
            case PROTOCOL_ERROR -> ConnackReasonCode.PROTOCOL_ERROR;
            case IMPLEMENTATION_SPECIFIC_ERROR -> ConnackReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
            case UNSUPPORTED_PROTOCOL_VERSION -> ConnackReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
            case CLIENT_IDENTIFIER_NOT_VALID -> ConnackReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
            case BAD_USER_NAME_OR_PASSWORD -> ConnackReasonCode.BAD_USER_NAME_OR_PASSWORD;
            case NOT_AUTHORIZED -> ConnackReasonCode.NOT_AUTHORIZED;
            case SERVER_UNAVAILABLE -> ConnackReasonCode.SERVER_UNAVAILABLE;
            case SERVER_BUSY -> ConnackReasonCode.SERVER_BUSY;
            case BANNED -> ConnackReasonCode.BANNED;
            case BAD_AUTHENTICATION_METHOD -> ConnackReasonCode.BAD_AUTHENTICATION_METHOD;
            case TOPIC_NAME_INVALID -> ConnackReasonCode.TOPIC_NAME_INVALID;
            case PACKET_TOO_LARGE -> ConnackReasonCode.PACKET_TOO_LARGE;
            case QUOTA_EXCEEDED -> ConnackReasonCode.QUOTA_EXCEEDED;
            case RETAIN_NOT_SUPPORTED -> ConnackReasonCode.RETAIN_NOT_SUPPORTED;
            case QOS_NOT_SUPPORTED -> ConnackReasonCode.QOS_NOT_SUPPORTED;
            case CONNECTION_RATE_EXCEEDED -> ConnackReasonCode.CONNECTION_RATE_EXCEEDED;
            default -> ConnackReasonCode.UNSPECIFIED_ERROR;
        };
    }

    static SubackReasonCode suback(ReasonCode code) {
        return switch (code) {
            case IMPLEMENTATION_SPECIFIC_ERROR -> SubackReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
            case NOT_AUTHORIZED -> SubackReasonCode.NOT_AUTHORIZED;
            case TOPIC_FILTER_INVALID -> SubackReasonCode.TOPIC_FILTER_INVALID;
            case QUOTA_EXCEEDED -> SubackReasonCode.QUOTA_EXCEEDED;
            case SHARED_SUBSCRIPTIONS_NOT_SUPPORTED ->
                    SubackReasonCode.SHARED_SUBSCRIPTION_NOT_SUPPORTED;
            case WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED ->
                    SubackReasonCode.WILDCARD_SUBSCRIPTION_NOT_SUPPORTED;
            default -> SubackReasonCode.UNSPECIFIED_ERROR;
        };
    }

    static DisconnectReasonCode disconnect(ReasonCode code) {
        return switch (code) {
            case MALFORMED_PACKET -> DisconnectReasonCode.MALFORMED_PACKET;
            case PROTOCOL_ERROR -> DisconnectReasonCode.PROTOCOL_ERROR;
            case IMPLEMENTATION_SPECIFIC_ERROR ->
                    DisconnectReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
            case NOT_AUTHORIZED -> DisconnectReasonCode.NOT_AUTHORIZED;
            case SERVER_BUSY -> DisconnectReasonCode.SERVER_BUSY;
            case SERVER_SHUTTING_DOWN -> DisconnectReasonCode.SERVER_SHUTTING_DOWN;
            case TOPIC_FILTER_INVALID -> DisconnectReasonCode.TOPIC_FILTER_INVALID;
            case TOPIC_NAME_INVALID -> DisconnectReasonCode.TOPIC_NAME_INVALID;
            case PACKET_TOO_LARGE -> DisconnectReasonCode.PACKET_TOO_LARGE;
            case MESSAGE_RATE_TOO_HIGH -> DisconnectReasonCode.MESSAGE_RATE_TOO_HIGH;
            case QUOTA_EXCEEDED -> DisconnectReasonCode.QUOTA_EXCEEDED;
            case ADMINISTRATIVE_ACTION -> DisconnectReasonCode.ADMINISTRATIVE_ACTION;
            case PAYLOAD_FORMAT_INVALID -> DisconnectReasonCode.PAYLOAD_FORMAT_INVALID;
            case RETAIN_NOT_SUPPORTED -> DisconnectReasonCode.RETAIN_NOT_SUPPORTED;
            case QOS_NOT_SUPPORTED -> DisconnectReasonCode.QOS_NOT_SUPPORTED;
            default -> DisconnectReasonCode.UNSPECIFIED_ERROR;
        };
    }
}
