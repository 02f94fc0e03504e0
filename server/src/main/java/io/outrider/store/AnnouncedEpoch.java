package io.outrider.store;

import io.outrider.seal.Announcement;
import io.outrider.seal.Bytes;
import io.outrider.topic.Channel;
import java.time.Instant;

/**
 * A verified announcement on its way into the store.
 *
 * @param wrappedSecret the epoch secret, sealed under the tracker's data key
 * @param payload as it came, for inspection where it is refused
 */
record AnnouncedEpoch(
        long enrolment,
        Announcement announced,
        Bytes wrappedSecret,
        Instant receivedAt,
        Bytes payload) {

    RefusedMessage refusedAs(String reason) {
        return RefusedMessage.of(enrolment, Channel.EPOCH, reason, receivedAt, payload);
    }
}
