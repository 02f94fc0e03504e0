/**
 * The server's keys at rest: a vault that wraps small secrets, and what is kept wrapped by it
 * (sealing keys, data keys, passwords of key stores). Knows neither trackers' names nor positions.
 */
@NullMarked
package io.outrider.keys;

import org.jspecify.annotations.NullMarked;
