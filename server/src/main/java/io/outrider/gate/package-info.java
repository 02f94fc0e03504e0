/**
 * Everything that decides who comes in and what they may do, free of any broker engine. Pure: asks
 * the registry and the clock, changes nothing. {@link io.outrider.gate.Gate} has every decision.
 */
@NullMarked
package io.outrider.gate;

import org.jspecify.annotations.NullMarked;
