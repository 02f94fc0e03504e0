/**
 * What the broker hands over: opened, judged, stored once, and answered. The answers are those of
 * docs/protocol.md; nothing here knows MQTT.
 */
@NullMarked
package io.outrider.intake;

import org.jspecify.annotations.NullMarked;
