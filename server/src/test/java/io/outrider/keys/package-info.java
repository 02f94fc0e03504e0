@NullMarked
package io.outrider.keys;

import org.jspecify.annotations.NullMarked;
