@NullMarked
package io.outrider.fleet;

import org.jspecify.annotations.NullMarked;
