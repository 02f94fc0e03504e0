@NullMarked
package io.outrider.store;

import org.jspecify.annotations.NullMarked;
