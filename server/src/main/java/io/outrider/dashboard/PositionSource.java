package io.outrider.dashboard;

import io.outrider.position.Position;
import io.outrider.store.Store;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/**
 * The positions that the map shows, without those that were dated in the future when they came.
 * Safe for use by many threads.
 */
public interface PositionSource {

    /** The newest position of each tracker that has one. */
    List<Sighting> latest();

    /**
     * Hands over what is stored of one tracker, ordered by the receiver's time, one at a time, so
     * that a long history needs no memory here.
     *
     * @param enrolment which tracker
     * @param from the first moment that counts
     * @param to the first moment that no longer counts
     */
    void history(long enrolment, Instant from, Instant to, Consumer<Position> each);

    /**
     * From now on calls the listener after each commit, with what was committed, late positions
     * included. The listener returns at once and throws nothing.
     *
     * @return ends the calls
     */
    Feed follow(Consumer<Sighting> listener);

    /** What {@link #follow} began. */
    interface Feed extends AutoCloseable {
        @Override
        void close();
    }

    /** What the server stores. */
    static PositionSource of(Store store) {
        return new StoredPositions(store);
    }
}
