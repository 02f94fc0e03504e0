/**
 * What runs in the vehicle: reads the receiver, keeps positions in a durable journal, seals them
 * and publishes them until each is acknowledged. Enrols once with a token.
 */
@NullMarked
package io.outrider.tracker;

import org.jspecify.annotations.NullMarked;
