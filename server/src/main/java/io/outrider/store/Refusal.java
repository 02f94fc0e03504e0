package io.outrider.store;

import io.outrider.seal.Bytes;
import io.outrider.topic.Channel;
import java.time.Instant;

/**
 * A message that was refused, kept for inspection.
 *
 * @param reason under which it is counted: one word
 * @param payload as it came; only its first bytes may be kept
 */
public record Refusal(
        long enrolment, Channel channel, String reason, Instant receivedAt, Bytes payload) {}
