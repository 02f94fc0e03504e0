/** Names of fleets and trackers, and the MQTT topics that they own by construction. */
@NullMarked
package io.outrider.topic;

import org.jspecify.annotations.NullMarked;
