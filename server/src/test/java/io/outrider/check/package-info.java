@NullMarked
package io.outrider.check;

import org.jspecify.annotations.NullMarked;
