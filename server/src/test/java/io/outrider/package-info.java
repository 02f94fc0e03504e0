@NullMarked
package io.outrider;

import org.jspecify.annotations.NullMarked;
