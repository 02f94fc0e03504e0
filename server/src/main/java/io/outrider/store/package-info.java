/**
 * Where opened positions are kept: once each, sealed again under their tracker's data key, and
 * acknowledged only when they are durable. Also what decides about repeats: epochs and the counters
 * seen in them.
 */
@NullMarked
package io.outrider.store;

import org.jspecify.annotations.NullMarked;
