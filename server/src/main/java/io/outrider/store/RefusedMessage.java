package io.outrider.store;

import io.outrider.seal.Bytes;
import io.outrider.topic.Channel;
import java.time.Instant;

/**
 * A message that was refused, for inspection.
 *
 * @param reason under which it is counted: one word
 * @param sizeBytes of the whole message
 * @param payload as it came; once kept, only its first bytes
 */
public record RefusedMessage(
        long enrolment,
        Channel channel,
        String reason,
        Instant receivedAt,
        int sizeBytes,
        Bytes payload) {

    public static RefusedMessage of(
            long enrolment, Channel channel, String reason, Instant receivedAt, Bytes payload) {
        return new RefusedMessage(
                enrolment, channel, reason, receivedAt, payload.length(), payload);
    }
}
