@NullMarked
package io.outrider.protocol;

import org.jspecify.annotations.NullMarked;
