/** How every HTTPS listener of the server speaks TLS. */
@NullMarked
package io.outrider.https;

import org.jspecify.annotations.NullMarked;
