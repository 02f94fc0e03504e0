package io.outrider.position;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Positions of every kind: near each other, far apart, at the limits, with values missing. */
final class RandomPositions {
    private static final long TIME_MS_MAX = 253_402_300_799_999L;

    private RandomPositions() {}

    static List<Position> some(Random random) {
        int count = 1 + random.nextInt(random.nextInt(8) == 0 ? 512 : 20);
        int missingPercent = random.nextInt(4) == 0 ? 100 : random.nextInt(60);
        long spread = 1L << random.nextInt(40);
        List<Position> positions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            positions.add(
                    random.nextInt(20) == 0
                            ? extreme(random.nextBoolean())
                            : position(random, spread, missingPercent));
        }
        return positions;
    }

    /** Every value at its greatest, or at its least. */
    static Position extreme(boolean greatest) {
        return greatest
                ? new Position(
                        Instant.ofEpochMilli(TIME_MS_MAX),
                        900_000_000,
                        1_800_000_000,
                        10_000_000,
                        35_999,
                        100_000_000,
                        8,
                        255,
                        65_535)
                : new Position(
                        Instant.EPOCH, -900_000_000, -1_800_000_000, 0, 0, -100_000_000, 0, 0, 0);
    }

    private static Position position(Random random, long spread, int missingPercent) {
        return new Position(
                Instant.ofEpochMilli(1_795_334_400_000L + around(random, 0, spread)),
                (int) around(random, 481_635_066, Math.min(spread, 400_000_000)),
                (int) around(random, 115_643_883, Math.min(spread, 1_600_000_000)),
                maybe(random, spread, 10_000_000, missingPercent),
                maybe(random, spread, 35_999, missingPercent),
                maybe(random, spread, 100_000_000, missingPercent),
                maybe(random, spread, 8, missingPercent),
                maybe(random, spread, 255, missingPercent),
                maybe(random, spread, 65_535, missingPercent));
    }

    private static long around(Random random, long middle, long spread) {
        return middle + random.nextLong(-spread, spread + 1);
    }

    private static @Nullable Integer maybe(
            Random random, long spread, int max, int missingPercent) {
        if (random.nextInt(100) < missingPercent) {
            return null;
        }
        return random.nextInt((int) Math.min(spread, max) + 1);
    }
}
