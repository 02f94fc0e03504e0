package io.outrider.seal;

/**
 * The one operation that needs a backend's private sealing key: Diffie-Hellman. Everything of HPKE
 * stands on it, so that a hardware module can hold the key. Safe for use by many threads.
 */
public interface Agreement {
    SealingPublicKey publicKey();

    /**
     * The shared secret with a peer: the x coordinate (P-256, 32 bytes) or the result of X25519 (32
     * bytes). The peer's key has been validated by the caller.
     *
     * @throws Refusal where the module finds the peer's key unusable
     */
    Secret agree(byte[] peerPublicKey) throws Refusal;
}
