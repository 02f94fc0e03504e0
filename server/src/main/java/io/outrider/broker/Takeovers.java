package io.outrider.broker;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps two holders of one credential from taking one session from each other without end: MQTT has
 * the newer connection win each time (MQTT 5, section 3.1.4-3). Whoever comes from another address
 * prefix wins once, and is then left alone for a while. A tracker that comes back from where it was
 * is never held up, nor is anybody whose session no open connection has. Safe for use by many
 * threads.
 */
final class Takeovers {
    static final String WHY = "somebody else has only just taken this session over, wait";

    private final Duration pause;
    private final LongSupplier nanoTime;

    /** By client identifier; each goes when its connection is closed. */
    private final Map<String, Holder> holders = new ConcurrentHashMap<>();

    /**
     * Who has a session.
     *
     * @param takenAt when it was last taken over from another prefix; empty where it was not
     */
    private record Holder(Connection connection, OptionalLong takenAt) {}

    /**
     * @param nanoTime a clock that only runs forward, in nanoseconds
     */
    Takeovers(Duration pause, LongSupplier nanoTime) {
        this.pause = pause;
        this.nanoTime = nanoTime;
    }

    /** Gives a session to a connection that may have it; false where it has to wait. */
    boolean take(Connection connection, String clientId) {
        long now = nanoTime.getAsLong();
        Holder holder =
                holders.compute(clientId, (_, before) -> following(before, connection, now));
        if (holder.connection() != connection) {
            return false;
        }
        var _ =
                connection
                        .channel()
                        .closeFuture()
                        .addListener(_ -> holders.remove(clientId, holder));
        return true;
    }

    private Holder following(@Nullable Holder before, Connection connection, long now) {
        if (before == null || !before.connection().channel().isActive()) {
            return new Holder(connection, OptionalLong.empty());
        }
        if (before.connection().prefix().equals(connection.prefix())) {
            return new Holder(connection, before.takenAt());
        }
        boolean isTooSoon =
                before.takenAt().isPresent()
                        && now - before.takenAt().getAsLong() < pause.toNanos();
        return isTooSoon ? before : new Holder(connection, OptionalLong.of(now));
    }
}
