package io.outrider.dashboard;

import io.outrider.position.Position;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/** The positions that the map shows. Safe for use by many threads. */
public interface PositionSource {

    /** The newest position of each tracker that has one, passing over those from the future. */
    List<Sighting> latest() throws IOException;

    /**
     * Hands over what is stored of one tracker, ordered by the receiver's time, one at a time, so
     * that a long history needs no memory here.
     *
     * @param enrolment which tracker
     * @param from the first moment that counts
     * @param to the first moment that no longer counts
     */
    void history(long enrolment, Instant from, Instant to, Consumer<Position> each)
            throws IOException;

    /**
     * From now on calls the listener after each commit, with what was committed. The listener
     * returns at once and throws nothing.
     *
     * @return ends the calls
     */
    Feed follow(Consumer<Sighting> listener);

    /** What {@link #follow} began. */
    interface Feed extends AutoCloseable {
        @Override
        void close();
    }
}
