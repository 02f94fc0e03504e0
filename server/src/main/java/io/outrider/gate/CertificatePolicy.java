package io.outrider.gate;

import io.outrider.fleet.IssuedCertificate;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whom a chain of certificates names, if it is worth anything: ours first, then those of whatever
 * other authorities were given. That the peer has the private key is TLS's to show. Whether the
 * name exists, how it stands, and whether its key is the registered one, is asked by {@link Gate}.
 * Safe for use by many threads.
 */
public final class CertificatePolicy {
    /** A chain that is longer than any that a TLS stack sends by itself. */
    static final int CHAIN_MAX = 8;

    /** id-kp-clientAuth (RFC 5280, section 4.2.1.12). */
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    private final String installation;
    private final Issued issued;
    private final Supplier<TrustAnchorSet> own;
    private final List<Foreign> foreign;

    /** Certificates that our authority has issued and that are in force, by their SHA-256. */
    public interface Issued {
        Optional<IssuedCertificate> find(byte[] sha256);
    }

    /**
     * An authority that is not ours.
     *
     * @param mapping whom its certificates name
     */
    public record Foreign(TrustAnchorSet anchors, CertificateMapping mapping) {}

    /** On which terms a certificate names somebody. */
    public enum Profile {
        /** Issued by our authority: its key has to be the one that is registered. */
        OWN,
        /**
         * Issued by another authority, which answers for the name: a key has to be the registered
         * one only where one is registered.
         */
        MAPPED
    }

    /** What a chain is worth. */
    public sealed interface Verdict {
        /**
         * It names this one.
         *
         * @param name of a tracker or a client, well formed; there may be no such one
         */
        record Names(String name, Profile profile) implements Verdict {}

        /**
         * It is worth nothing.
         *
         * @param reason for people, in printable ASCII
         */
        record Objection(String reason) implements Verdict {}
    }

    /**
     * A policy.
     *
     * @param own our own authority, as it is at each moment: its CAs are renewed
     * @param foreign other authorities, asked in this order
     */
    public CertificatePolicy(
            String installation,
            Issued issued,
            Supplier<TrustAnchorSet> own,
            List<Foreign> foreign) {
        this.installation = installation;
        this.issued = issued;
        this.own = own;
        this.foreign = List.copyOf(foreign);
    }

    /** Of other authorities, whose names a client looks for among the certificates that it has. */
    public List<X509Certificate> foreignAuthorities() {
        return foreign.stream().flatMap(its -> its.anchors().authorities().stream()).toList();
    }

    /**
     * Whom the chain names.
     *
     * @param chain as the peer has sent it, leaf first
     */
    public Verdict verify(X509Certificate[] chain, Instant now) {
        if (chain.length == 0 || chain.length > CHAIN_MAX) {
            return objection("a chain of %d certificates".formatted(chain.length));
        }
        List<X509Certificate> certificates = List.of(chain);
        X509Certificate leaf = certificates.getFirst();
        Optional<Verdict> known = known(leaf, now);
        if (known.isPresent()) {
            return known.get();
        }
        Optional<String> form = objectionToForm(leaf, now);
        if (form.isPresent()) {
            return objection("the certificate " + form.get());
        }
        Optional<Verdict> verdict = byOwn(certificates, now);
        for (Foreign authority : foreign) {
            if (verdict.isPresent() && verdict.get() instanceof Verdict.Names) {
                break;
            }
            Optional<Verdict> before = verdict;
            verdict = byForeign(authority, certificates, now).or(() -> before);
        }
        return verdict.orElseGet(
                () -> objection("the certificate leads to no authority that is believed here"));
    }

    /**
     * How the revocation lists of the other authorities stand. Looks at their files where that is
     * due, so that what is wrong with one is seen although nobody comes.
     */
    public List<RevocationListFile.Status> revocationLists(Instant now) {
        return foreign.stream()
                .flatMap(its -> its.anchors().revocations().stream())
                .map(file -> file.status(now))
                .distinct() // one file may stand with several rules
                .toList();
    }

    /**
     * Why a chain that was good is worth nothing any more, because its authority has revoked it
     * since. Costs little where nothing was revoked.
     */
    public Optional<String> revokedSince(X509Certificate[] chain, Instant now) {
        if (chain.length == 0) {
            return Optional.empty();
        }
        List<X509Certificate> certificates = List.of(chain);
        // Another authority may still answer for it; a list that is of no use just now cuts off
        // nobody who is here.
        return foreign.stream().anyMatch(its -> its.anchors().isRevoked(certificates, now))
                        && verify(chain, now) instanceof Verdict.Objection(String reason)
                ? Optional.of(reason)
                : Optional.empty();
    }

    /**
     * Of a certificate whose every byte is one that we have signed and registered, another check of
     * our own signature can only say what it said before.
     */
    private Optional<Verdict> known(X509Certificate leaf, Instant now) {
        return issued.find(sha256(leaf))
                .map(its ->
                        datesObjection(its.notBefore(), its.notAfter(), now)
                                .map(why -> objection("the certificate " + why))
                                .orElseGet(() -> new Verdict.Names(its.who().name(), Profile.OWN)));
    }

    private Optional<Verdict> byOwn(List<X509Certificate> chain, Instant now) {
        return switch (own.get().follow(chain, now)) {
            case TrustAnchorSet.Path.Elsewhere() -> Optional.empty();
            case TrustAnchorSet.Path.Bad(String reason) -> Optional.of(objection(reason));
            case TrustAnchorSet.Path.Good() ->
                    Optional.of(
                            verdict(
                                    CertificateName.read(chain.getFirst(), installation),
                                    Profile.OWN));
        };
    }

    private static Optional<Verdict> byForeign(
            Foreign authority, List<X509Certificate> chain, Instant now) {
        return switch (authority.anchors().follow(chain, now)) {
            case TrustAnchorSet.Path.Elsewhere() -> Optional.empty();
            case TrustAnchorSet.Path.Bad(String reason) -> Optional.of(objection(reason));
            case TrustAnchorSet.Path.Good() ->
                    Optional.of(
                            verdict(authority.mapping().read(chain.getFirst()), Profile.MAPPED));
        };
    }

    private static Verdict verdict(CertificateName.Reading reading, Profile profile) {
        return switch (reading) {
            case CertificateName.Reading.Names(String name) -> new Verdict.Names(name, profile);
            case CertificateName.Reading.Objection(String reason) -> objection(reason);
        };
    }

    /** What can be said of a leaf before anything costly is done with it. */
    private static Optional<String> objectionToForm(X509Certificate leaf, Instant now) {
        try {
            if (leaf.getBasicConstraints() >= 0) {
                return Optional.of("is one of an authority");
            }
            List<String> usages = leaf.getExtendedKeyUsage();
            if (usages == null || !usages.contains(CLIENT_AUTH)) {
                return Optional.of("is not made for clients (no extended key usage clientAuth)");
            }
        } catch (CertificateParsingException e) {
            return Optional.of("cannot be read");
        }
        boolean[] keyUsage = leaf.getKeyUsage();
        if (keyUsage != null && !keyUsage[0]) {
            return Optional.of("is not made for signatures (key usage)");
        }
        return datesObjection(leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant(), now)
                .or(() -> CertificateStrength.objectionToKey(leaf.getPublicKey()));
    }

    private static Optional<String> datesObjection(Instant from, Instant until, Instant now) {
        if (now.isBefore(from)) {
            return Optional.of("is not valid yet");
        }
        return now.isBefore(until) ? Optional.empty() : Optional.of("has expired");
    }

    private static Verdict objection(String reason) {
        return new Verdict.Objection(reason);
    }

    private static byte[] sha256(X509Certificate certificate) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new AssertionError("a certificate that came over TLS has an encoding", e);
        }
    }
}
