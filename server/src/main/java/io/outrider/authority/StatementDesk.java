package io.outrider.authority;

import io.outrider.keys.KeyDatabase;
import io.outrider.keys.KeyUnavailableException;
import io.outrider.seal.KeyStatement;
import io.outrider.seal.SealingPublicKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes key statements. The serial rises whenever the content changes, and is never lower than the
 * time in seconds was then: a key database that was restored from a backup goes on above what
 * trackers have seen.
 */
final class StatementDesk {
    private static final String SERIAL = "statement serial";
    private static final String CONTENT = "statement content";

    private final KeyDatabase facts;
    private final SecureRandom random;
    private final InstantSource clock;

    StatementDesk(KeyDatabase facts, SecureRandom random, InstantSource clock) {
        this.facts = facts;
        this.random = random;
        this.clock = clock;
    }

    byte[] sign(
            Identity signer,
            String installation,
            List<SealingPublicKey> sealingKeys,
            PublicKey commandKey,
            X509Certificate root)
            throws KeyUnavailableException {
        var statement =
                new KeyStatement(
                        serial(content(installation, sealingKeys, commandKey, root)),
                        clock.instant(),
                        installation,
                        sealingKeys,
                        commandKey,
                        List.of(root),
                        KeyStatement.DeleteOn.PUBACK);
        return statement.sign(signer.key(), signer.chain(), random);
    }

    private long serial(String content) throws KeyUnavailableException {
        long last = facts.fact(SERIAL).map(Long::parseLong).orElse(0L);
        if (last > 0 && facts.fact(CONTENT).equals(Optional.of(content))) {
            return last;
        }
        long serial = Math.max(last + 1, clock.instant().getEpochSecond());
        facts.remember(Map.of(SERIAL, Long.toString(serial), CONTENT, content));
        return serial;
    }

    /** A digest of everything in a statement but its number and its time. */
    private static String content(
            String installation,
            List<SealingPublicKey> sealingKeys,
            PublicKey commandKey,
            X509Certificate root) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(installation.getBytes(StandardCharsets.UTF_8));
            for (SealingPublicKey key : sealingKeys) {
                sha256.update((byte) key.suite().code());
                sha256.update(key.bytes());
            }
            sha256.update(commandKey.getEncoded());
            return HexFormat.of().formatHex(sha256.digest(root.getEncoded()));
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException("a certificate of our own cannot be digested", e);
        }
    }
}
