@NullMarked
package io.outrider.timer;

import org.jspecify.annotations.NullMarked;
