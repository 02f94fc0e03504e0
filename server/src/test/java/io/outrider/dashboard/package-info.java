@NullMarked
package io.outrider.dashboard;

import org.jspecify.annotations.NullMarked;
