package io.outrider.intake;

import io.outrider.seal.Agreement;
import io.outrider.seal.AnnounceRequest;
import io.outrider.seal.Suite;
import java.util.Optional;

/** The backend's private keys, as far as intake needs them. Safe for use by many threads. */
public interface BackendKeys {
    /** The sealing key that a tracker encapsulated to, however old. */
    Optional<Agreement> sealingKey(Suite suite, long id);

    /** Signs with the command key. */
    byte[] sign(AnnounceRequest request);
}
