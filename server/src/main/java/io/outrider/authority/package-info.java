/**
 * The installation's own certificate authority: makes and renews every certificate, signs what
 * trackers must believe, and enrols trackers over HTTPS.
 */
@NullMarked
package io.outrider.authority;

import org.jspecify.annotations.NullMarked;
