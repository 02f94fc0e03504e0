@NullMarked
package io.outrider.seal;

import org.jspecify.annotations.NullMarked;
