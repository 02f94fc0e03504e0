package io.outrider.store;

import io.outrider.seal.Bytes;
import java.time.Instant;

/**
 * A refused message as it is kept.
 *
 * @param channel the last level of the topic that it came on
 * @param sizeBytes of the whole message
 * @param payload its first bytes
 */
public record RefusedMessage(
        long enrolment,
        String channel,
        String reason,
        Instant receivedAt,
        int sizeBytes,
        Bytes payload) {}
