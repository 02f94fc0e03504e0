package io.outrider.authority;

import io.outrider.fleet.Registry;
import io.outrider.fleet.Revocation;
import io.outrider.keys.KeyDatabase;
import io.outrider.keys.KeyUnavailableException;
import io.outrider.seal.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Writes lists of revoked certificates (RFC 5280, section 5): a new one whenever something was
 * revoked, and one a day. Each has a higher number than any before, also after a backup was
 * restored. Guarded by its own monitor.
 */
final class RevocationDesk {
    /** How long a list may be used; whoever fetches it daily has six more tries. */
    static final Duration LIFETIME = Duration.ofDays(7);

    static final Duration REWRITTEN_AFTER = Duration.ofDays(1);

    /** For clocks that are slow. */
    private static final Duration BACKDATED = Duration.ofHours(1);

    private static final String NUMBER = "revocation list number";

    private final Registry registry;
    private final KeyDatabase facts;
    private final SecureRandom random;
    private final InstantSource clock;
    private final Map<X509Certificate, Written> written = new HashMap<>(); // one for each issuer

    /** A list, and what it was written from. */
    private record Written(RevocationList list, long revision, Instant at) {}

    RevocationDesk(Registry registry, KeyDatabase facts, SecureRandom random, InstantSource clock) {
        this.registry = registry;
        this.facts = facts;
        this.random = random;
        this.clock = clock;
    }

    /** The list of this issuer as it has to be at this moment. */
    synchronized RevocationList list(Identity issuer) throws KeyUnavailableException, SQLException {
        Instant now = clock.instant();
        // Asked before the rows are read: what is revoked in between makes for one list too many.
        long revision = registry.revocationRevision();
        Written before = written.get(issuer.certificate());
        if (before != null
                && before.revision == revision
                && !now.isBefore(before.at)
                && now.isBefore(before.at.plus(REWRITTEN_AFTER))) {
            return before.list;
        }
        RevocationList list = write(issuer, nextNumber(), now);
        written.put(issuer.certificate(), new Written(list, revision, now));
        return list;
    }

    private long nextNumber() throws KeyUnavailableException {
        long last = facts.fact(NUMBER).map(Long::parseLong).orElse(0L);
        long number = Math.max(last + 1, clock.instant().getEpochSecond());
        facts.remember(Map.of(NUMBER, Long.toString(number)));
        return number;
    }

    private RevocationList write(Identity issuer, long number, Instant now) throws SQLException {
        X509Certificate certificate = issuer.certificate();
        var builder =
                new X509v2CRLBuilder(
                        X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
                        Date.from(now.minus(BACKDATED)));
        builder.setNextUpdate(Date.from(now.plus(LIFETIME)));
        for (Revocation revocation : registry.revocations()) {
            builder.addCRLEntry(
                    revocation.serial(),
                    Date.from(revocation.revokedAt()),
                    revocation.reason().code());
        }
        try {
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils()
                            .createAuthorityKeyIdentifier(certificate.getPublicKey()));
            builder.addExtension(
                    Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(number)));
            // Of CAs nothing is said here: there is none below.
            builder.addExtension(
                    Extension.issuingDistributionPoint,
                    true,
                    new IssuingDistributionPoint(null, true, false, null, false, false));
            var signer =
                    new JcaContentSignerBuilder(
                                    CertificateForge.signature(certificate.getPublicKey()))
                            .setSecureRandom(random)
                            .build(issuer.key());
            Bytes der = Bytes.copyOf(builder.build(signer).getEncoded());
            return new RevocationList(der, number, now, now.plus(LIFETIME));
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("a revocation list cannot be made", e);
        }
    }
}
