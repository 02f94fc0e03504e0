/**
 * The map in the browser: an HTTPS server with accounts, sessions, a small JSON API, a live stream
 * and the page itself. What it shows comes through {@link io.outrider.dashboard.PositionSource} and
 * {@link io.outrider.dashboard.FleetSource}.
 */
@NullMarked
package io.outrider.dashboard;

import org.jspecify.annotations.NullMarked;
