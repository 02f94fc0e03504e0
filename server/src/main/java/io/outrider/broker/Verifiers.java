package io.outrider.broker;

import io.outrider.credential.Guesses;
import io.outrider.credential.Passwords;
import io.outrider.credential.Scram;
import io.outrider.credential.TokenIssuers;

/**
 * What looks at passwords and tokens. Whoever made them closes them.
 *
 * @param guesses damps the guessing of all of them together
 */
public record Verifiers(Passwords passwords, Scram scram, TokenIssuers tokens, Guesses guesses) {}
