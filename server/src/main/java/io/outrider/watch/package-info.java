/**
 * What the gate does, seen from outside: the stream of its events becomes counters, log lines,
 * syslog messages, recent events for the command line and metrics. {@link io.outrider.watch.Watch}
 * takes the stream; nothing here decides anything.
 */
@NullMarked
package io.outrider.watch;

import org.jspecify.annotations.NullMarked;
