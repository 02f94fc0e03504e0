package io.outrider.keys;

import io.outrider.seal.Secret;

/**
 * Encrypts small secrets under a key that never leaves it (NIST SP 800-57 key-encryption key): a
 * file under a passphrase, later an HSM or a cloud's key service. Safe for use by many threads.
 */
public interface KeyVault {
    /**
     * The secret, encrypted and authenticated.
     *
     * @param secret 1 to 4,096 bytes
     * @param associatedData what the secret is for; the same bytes are needed to unwrap it, so that
     *     one wrapped secret cannot stand in for another
     */
    byte[] wrap(Secret secret, byte[] associatedData) throws KeyUnavailableException;

    /**
     * What was wrapped; the caller closes it.
     *
     * @throws KeyUnavailableException also where the bytes are damaged, were wrapped by another
     *     vault, or for something else
     */
    Secret unwrap(byte[] wrapped, byte[] associatedData) throws KeyUnavailableException;
}
