/**
 * Where trackers were, and how a run of positions is written as CBOR. Knows no key, no topic and no
 * socket.
 */
@NullMarked
package io.outrider.position;

import org.jspecify.annotations.NullMarked;
