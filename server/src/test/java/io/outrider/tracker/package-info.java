/** Hostile answers for a tracker. */
@NullMarked
package io.outrider.tracker;

import org.jspecify.annotations.NullMarked;
