package io.outrider.check;

import io.outrider.position.Position;
import java.time.Instant;
import java.util.Optional;

/** One thing that a position must pass. Pure: the same position and time give the same answer. */
interface Check {
    Optional<Doubt> objection(Position position, Instant receivedAt);
}
