/** What keys and TLS have to be made of, wherever they are met. */
@NullMarked
package io.outrider.strength;

import org.jspecify.annotations.NullMarked;
