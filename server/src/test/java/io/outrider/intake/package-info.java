@NullMarked
package io.outrider.intake;

import org.jspecify.annotations.NullMarked;
