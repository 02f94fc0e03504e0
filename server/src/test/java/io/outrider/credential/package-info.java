@NullMarked
package io.outrider.credential;

import org.jspecify.annotations.NullMarked;
