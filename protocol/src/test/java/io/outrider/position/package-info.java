@NullMarked
package io.outrider.position;

import org.jspecify.annotations.NullMarked;
