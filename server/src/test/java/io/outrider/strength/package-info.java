@NullMarked
package io.outrider.strength;

import org.jspecify.annotations.NullMarked;
