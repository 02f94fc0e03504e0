package io.outrider.cli;

import io.outrider.credential.KeySource;
import io.outrider.credential.TokenAlgorithm;
import io.outrider.credential.TokenIssuer;
import io.outrider.credential.TokenSigner;
import io.outrider.keys.KeyMaterial;
import io.outrider.keys.KeyUnavailableException;
import io.outrider.keys.OperatorException;
import io.outrider.keys.TokenSigningKey;
import java.security.interfaces.ECPublicKey;
import java.time.InstantSource;
import java.util.Set;

/** Our own issuer of tokens: its name, its key, and how far we believe it. */
final class OwnTokens {
    private OwnTokens() {}

    /** {@code iss}: the trust domain as SPIFFE writes it, which is a URI (RFC 7519, 4.1.1). */
    static String issuer(String installation) {
        return "spiffe://" + installation;
    }

    /** {@code aud}. */
    static String audience(Config config) {
        return config.installation();
    }

    static TokenSigner signer(Config config, KeyMaterial keys, InstantSource clock)
            throws OperatorException {
        try {
            TokenSigningKey key = keys.tokenSigningKey();
            return new TokenSigner(
                    issuer(config.installation()),
                    key.privateKey(),
                    (ECPublicKey) key.publicKey(),
                    clock);
        } catch (KeyUnavailableException e) {
            throw new OperatorException(
                    "cannot open the key that signs tokens (" + e.getMessage() + ")",
                    "Look at the files in keys; a backup may have them.",
                    e);
        }
    }

    /** What the gate's token issuers are to know of it. */
    static TokenIssuer believed(Config config, TokenSigner signer) {
        return new TokenIssuer(
                issuer(config.installation()),
                audience(config),
                Set.of(TokenAlgorithm.ES256),
                new KeySource.Given(signer::keys));
    }
}
