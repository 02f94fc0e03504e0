package io.outrider.broker;

import io.outrider.gate.GateEvent;
import io.outrider.gate.Limit;
import io.outrider.gate.Limits;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many connections there are, in all and from one address prefix, and how many of them have not
 * proven anything yet. Where an unproven one more would be too many, the one that has got least far
 * among the oldest makes room: whoever holds sockets open in silence loses them to whoever has
 * something to say. Safe for use by many threads.
 */
final class Arrivals {
    /** Among how many of the oldest the one is found that has to go; a crowd costs no more. */
    private static final int CANDIDATES_MAX = 32;

    private final Limits.Connecting limits;
    private final Consumer<GateEvent> watch;
    private final LongSupplier nanoTime;
    private final Bucket handshakes;

    // All below is guarded by this.
    private final Map<AddressPrefix, FromPrefix> prefixes = new HashMap<>();
    private final Set<Connection> unproven = new LinkedHashSet<>();
    private final Set<Connection> proven = new HashSet<>();
    private int connections;

    /** One address prefix, for as long as a connection from it is open. */
    private static final class FromPrefix {
        private final Set<Connection> unproven = new LinkedHashSet<>();
        private final Bucket handshakes;
        private int connections;

        private FromPrefix(Bucket handshakes) {
            this.handshakes = handshakes;
        }
    }

    /**
     * @param nanoTime a clock that only runs forward, in nanoseconds
     */
    Arrivals(Limits.Connecting limits, Consumer<GateEvent> watch, LongSupplier nanoTime) {
        this.limits = limits;
        this.watch = watch;
        this.nanoTime = nanoTime;
        this.handshakes =
                new Bucket(
                        limits.handshakesPerSecond(),
                        limits.handshakesPerSecond(),
                        nanoTime.getAsLong());
    }

    /**
     * Counts a new connection in, and closes another one for it where that is needed.
     *
     * @return whether there is room; if not, the caller closes it, and it was not counted
     */
    boolean arrive(Connection connection) {
        Connection evicted = null;
        Limit reached = null;
        synchronized (this) {
            reached = reached(connection.prefix());
            if (reached == null) {
                FromPrefix prefix =
                        prefixes.computeIfAbsent(
                                connection.prefix(), _ -> new FromPrefix(bucket()));
                evicted = room(prefix);
                connections++;
                prefix.connections++;
                unproven.add(connection);
                prefix.unproven.add(connection);
            }
        }
        if (reached != null) {
            tell(connection, reached, "no room for one more connection");
            return false;
        }
        if (evicted != null) {
            tell(evicted, Limit.UNPROVEN_CONNECTIONS, "closed to make room");
            evicted.drop();
        }
        return true;
    }

    private @Nullable Limit reached(AddressPrefix prefix) {
        if (connections >= limits.connectionsMax()) {
            return Limit.CONNECTIONS;
        }
        FromPrefix from = prefixes.get(prefix);
        return from != null && from.connections >= limits.connectionsPerPrefixMax()
                ? Limit.CONNECTIONS_PER_PREFIX
                : null;
    }

    private Bucket bucket() {
        int rate = limits.handshakesPerPrefixPerSecond();
        return new Bucket(rate, rate, nanoTime.getAsLong());
    }

    /** Takes the unproven connection out that has to go, if any has to. */
    private @Nullable Connection room(FromPrefix prefix) {
        Set<Connection> crowded =
                prefix.unproven.size() >= limits.unprovenPerPrefixMax()
                        ? prefix.unproven
                        : unproven.size() >= limits.unprovenMax() ? unproven : Set.of();
        // In the order of arrival: among those who have got equally far, the oldest. Never one of
        // the newest, or a crowd that waits further on would push out whoever takes a first step.
        Optional<Connection> first =
                crowded.stream().limit(CANDIDATES_MAX).min(Comparator.comparing(Connection::stage));
        first.ifPresent(this::forgetUnproven);
        return first.orElse(null);
    }

    private void forgetUnproven(Connection connection) {
        unproven.remove(connection);
        FromPrefix prefix = prefixes.get(connection.prefix());
        if (prefix != null) {
            prefix.unproven.remove(connection);
        }
    }

    /**
     * How long this connection's TLS handshake has to wait for its turn, zero where it need not;
     * empty where its turn would come too late.
     */
    Optional<Duration> handshakeDelay(Connection connection) {
        long delay;
        synchronized (this) {
            FromPrefix prefix = prefixes.get(connection.prefix());
            if (prefix == null) {
                return Optional.empty(); // it has left
            }
            long now = nanoTime.getAsLong();
            long max = limits.handshakeTimeMax().toNanos();
            delay = Math.max(prefix.handshakes.delay(now), handshakes.delay(now));
            if (delay < max) {
                prefix.handshakes.take(1, now);
                handshakes.take(1, now);
                return Optional.of(Duration.ofNanos(delay));
            }
        }
        tell(connection, Limit.HANDSHAKE_RATE, "too many handshakes");
        return Optional.empty();
    }

    /** Whose turn was still to come has gone: its turn is the next one's. */
    synchronized void giveTurnBack(Connection connection) {
        long now = nanoTime.getAsLong();
        handshakes.take(-1, now);
        FromPrefix prefix = prefixes.get(connection.prefix());
        if (prefix != null) {
            prefix.handshakes.take(-1, now);
        }
    }

    /** It has proven who it is. */
    synchronized void proven(Connection connection) {
        if (unproven.contains(connection)) { // or it has left, or is about to
            forgetUnproven(connection);
            proven.add(connection);
        }
    }

    /** Who has proven who it is, and is here at this moment. */
    synchronized List<Connection> proven() {
        return List.copyOf(proven);
    }

    /** It is closed. To be called once for each connection that was counted in. */
    synchronized void leave(Connection connection) {
        forgetUnproven(connection);
        proven.remove(connection);
        connections--;
        FromPrefix prefix = prefixes.get(connection.prefix());
        if (prefix != null && --prefix.connections == 0) {
            prefixes.remove(connection.prefix());
        }
    }

    private void tell(Connection connection, Limit limit, String what) {
        watch.accept(new GateEvent.Limited(connection.peer(), connection.identity(), limit, what));
    }
}
