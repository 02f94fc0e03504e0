@NullMarked
package io.outrider.watch;

import org.jspecify.annotations.NullMarked;
