@NullMarked
package io.outrider.sqlite;

import org.jspecify.annotations.NullMarked;
