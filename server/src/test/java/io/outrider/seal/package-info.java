/** Hostile bytes for the readers of what is sealed and signed. */
@NullMarked
package io.outrider.seal;

import org.jspecify.annotations.NullMarked;
