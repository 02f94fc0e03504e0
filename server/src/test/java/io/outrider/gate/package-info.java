@NullMarked
package io.outrider.gate;

import org.jspecify.annotations.NullMarked;
