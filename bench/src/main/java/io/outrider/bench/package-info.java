/** Many trackers from few threads, and what a server spends on them, beside Mosquitto. */
@NullMarked
package io.outrider.bench;

import org.jspecify.annotations.NullMarked;
