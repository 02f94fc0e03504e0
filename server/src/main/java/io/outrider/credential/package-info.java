/**
 * How an identity proves who it is, beside a certificate: generated passwords ({@link
 * io.outrider.credential.Passwords}), SCRAM-SHA-256 ({@link io.outrider.credential.Scram}) and
 * tokens ({@link io.outrider.credential.TokenIssuers}); and how guessing is slowed down ({@link
 * io.outrider.credential.Guesses}). Knows no broker engine and no database: messages in, outcomes
 * out. Every parser of what a peer sends is a pure function named {@code parse}.
 */
@NullMarked
package io.outrider.credential;

import org.jspecify.annotations.NullMarked;
