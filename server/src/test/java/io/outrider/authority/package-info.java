@NullMarked
package io.outrider.authority;

import org.jspecify.annotations.NullMarked;
