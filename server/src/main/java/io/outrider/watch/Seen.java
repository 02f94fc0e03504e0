package io.outrider.watch;

import io.outrider.gate.GateEvent;
import io.outrider.gate.Peer;
import java.time.Instant;
import java.util.Optional;

/**
 * An event as the watch took it.
 *
 * @param number counts all events since the start, from 1
 * @param peer where it comes from; empty where neither the event nor an earlier one told
 */
public record Seen(long number, Instant at, EventKind kind, Optional<Peer> peer, GateEvent event) {}
