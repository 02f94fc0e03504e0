/**
 * Which fleets, trackers and clients there are, who may still enrol, which key speaks for whom, how
 * each may prove itself, and who is cut off. Knows no broker and makes no certificate.
 */
@NullMarked
package io.outrider.fleet;

import org.jspecify.annotations.NullMarked;
