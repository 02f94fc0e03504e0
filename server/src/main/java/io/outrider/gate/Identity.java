package io.outrider.gate;

import io.outrider.fleet.Grant;
import io.outrider.fleet.Method;
import io.outrider.topic.TrackerId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Who is behind one connection, as proven at CONNECT. */
public sealed interface Identity {

    /** {@code FLEET.TRACKER}, or a client's name. */
    String name();

    /**
     * What everything that this connection owns is owned by, together with the kind of identity: a
     * name that is given again has another number and inherits nothing. At least 1.
     */
    long number();

    Method method();

    /**
     * When what proved the identity ends, and with it the right to be here; {@link Instant#MAX}
     * where it does not end by itself.
     */
    Instant until();

    /** Where a token has any, only these of its subject's rights; they narrow and never widen. */
    Optional<List<Grant>> scopes();

    /** A vehicle, which reaches its own topics and nothing else. */
    record OfTracker(
            TrackerId tracker,
            long number,
            Method method,
            Instant until,
            Optional<List<Grant>> scopes)
            implements Identity {

        /** One whose proof does not narrow its rights. */
        public OfTracker(TrackerId tracker, long number, Method method, Instant until) {
            this(tracker, number, method, until, Optional.empty());
        }

        @Override
        public String name() {
            return tracker.toString();
        }
    }

    /** An operator's tool, a screen, a data lake: reaches what its grants say. */
    record OfClient(
            String name, long number, Method method, Instant until, Optional<List<Grant>> scopes)
            implements Identity {}
}
