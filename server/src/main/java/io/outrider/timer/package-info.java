/** What is done again and again, and does not end because it failed once. */
@NullMarked
package io.outrider.timer;

import org.jspecify.annotations.NullMarked;
