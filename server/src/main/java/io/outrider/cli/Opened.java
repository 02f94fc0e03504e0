package io.outrider.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was opened so far of something that has many parts. Closed before {@link #keep} was called,
 * it closes them again, last first; so that a start that fails half way leaves nothing open. For
 * one thread.
 */
final class Opened implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Opened.class);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    <T extends AutoCloseable> T add(T part) {
        parts.push(part);
        return part;
    }

    /** It is complete: closing it is somebody else's from now on. Gives the parts, last first. */
    Deque<AutoCloseable> keep() {
        var kept = new ArrayDeque<>(parts);
        parts.clear();
        return kept;
    }

    @Override
    public void close() {
        close(parts);
    }

    /** Closes all, whatever one of them throws. */
    static void close(Deque<AutoCloseable> parts) {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
                // Each part declares its own exceptions; none of them may keep the others open.
            } catch (Exception e) {
                log.error("{} did not close", part.getClass().getSimpleName(), e);
            }
        }
    }
}
