package io.outrider.credential;

import java.util.Optional;

/** Who has which password. Answers from memory; asked by many threads. */
@FunctionalInterface
public interface PasswordSource {
    /** Empty where nobody of this name exists, or has a password that may be used now. */
    Optional<StoredPassword> passwordOf(String name);
}
