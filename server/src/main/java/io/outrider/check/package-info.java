/** What a position must pass to be believed. Judges one position and decides nothing else. */
@NullMarked
package io.outrider.check;

import org.jspecify.annotations.NullMarked;
