/**
 * Which fleets and trackers there are, who may still enrol, and which key speaks for whom. Knows no
 * broker and makes no certificate.
 */
@NullMarked
package io.outrider.fleet;

import org.jspecify.annotations.NullMarked;
