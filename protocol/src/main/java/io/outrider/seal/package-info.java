/**
 * Sealing, version 1: epochs, reports, key statements (docs/protocol.md). Bytes in, bytes out:
 * knows neither positions nor sockets.
 */
@NullMarked
package io.outrider.seal;

import org.jspecify.annotations.NullMarked;
