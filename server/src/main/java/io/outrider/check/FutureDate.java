package io.outrider.check;

import io.outrider.position.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Doubts a position that is dated after its receipt: the receiver's clock, or the sender, is wrong.
 *
 * @param aheadMax how far two honest clocks may differ
 */
record FutureDate(Duration aheadMax) implements Check {

    @Override
    public Optional<Doubt> objection(Position position, Instant receivedAt) {
        return position.time().isAfter(receivedAt.plus(aheadMax))
                ? Optional.of(Doubt.DATED_IN_FUTURE)
                : Optional.empty();
    }
}
