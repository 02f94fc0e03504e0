package io.outrider.gate;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An authority that certificates are believed from: its anchors, what is known of the way to them,
 * and its revocation lists, if it has any. Immutable but for the lists' file; safe for use by many
 * threads.
 */
public final class TrustAnchorSet {
    /** From the leaf to the last before the anchor. What a peer can make us verify is this many. */
    private static final int PATH_MAX = 5;

    private final List<X509Certificate> anchors;
    private final List<X509Certificate> intermediates;
    private final Optional<RevocationListFile> revocations;

    /**
     * An authority.
     *
     * @param anchors believed without further proof, at least one; not the self-signed only
     * @param intermediates that peers may leave out
     * @param revocations the file with its revocation lists, where it has any
     */
    public TrustAnchorSet(
            List<X509Certificate> anchors,
            List<X509Certificate> intermediates,
            Optional<java.nio.file.Path> revocations) {
        if (anchors.isEmpty()) {
            throw new IllegalArgumentException("an authority without an anchor");
        }
        this.anchors = List.copyOf(anchors);
        this.intermediates = List.copyOf(intermediates);
        this.revocations = revocations.map(file -> new RevocationListFile(file, authorities()));
    }

    /** All that may have issued a certificate that leads here. */
    List<X509Certificate> authorities() {
        return Stream.concat(anchors.stream(), intermediates.stream()).toList();
    }

    /** Whom its authority has revoked; empty where the operator has given no list. */
    Optional<RevocationListFile> revocations() {
        return revocations;
    }

    /** What came of following a chain. */
    sealed interface Path {
        /** It leads to an anchor, and all of it is in order. */
        record Good() implements Path {}

        /** It leads elsewhere: another authority may know it. */
        record Elsewhere() implements Path {}

        /** It leads here, and something of it is not in order. */
        record Bad(String reason) implements Path {}
    }

    /**
     * Follows a chain to an anchor: signatures, dates, constraints (RFC 5280, section 6), strength,
     * revocation.
     *
     * @param chain as the peer has sent it, leaf first
     */
    Path follow(List<X509Certificate> chain, Instant now) {
        Optional<List<X509Certificate>> path = path(chain);
        if (path.isEmpty()) {
            return new Path.Elsewhere();
        }
        List<X509Certificate> certificates = path.get();
        List<X509Certificate> valid =
                anchorsOf(certificates.getLast()).stream()
                        .filter(end -> isValid(end, now))
                        .toList();
        if (valid.isEmpty()) {
            return new Path.Bad("the authority of this certificate is not valid at this time");
        }
        Optional<String> objection = objection(certificates);
        if (objection.isPresent()) {
            return new Path.Bad("a certificate of the chain " + objection.get());
        }
        List<X509Certificate> ends =
                valid.stream().filter(end -> AuthorityBounds.allow(end, certificates)).toList();
        if (ends.isEmpty() || AuthorityBounds.isHostMissing(certificates)) {
            return new Path.Bad("the chain is beyond what its authority may certify");
        }
        return revocations
                .map(file -> followWithLists(certificates, ends, file.state(now), now))
                .orElseGet(() -> validate(certificates, ends, Optional.empty(), now));
    }

    private static Optional<String> objection(List<X509Certificate> path) {
        for (X509Certificate certificate : path) {
            Optional<String> weakness =
                    CertificateStrength.objectionToKey(certificate.getPublicKey())
                            .or(() -> CertificateStrength.objectionToSignature(certificate));
            if (weakness.isPresent()) {
                return weakness;
            }
        }
        return path.stream().skip(1).allMatch(AuthorityBounds::isForClients)
                ? Optional.empty()
                : Optional.of("is of an authority that is not for clients");
    }

    /**
     * Whether a revocation list that can be used at this time names a certificate of the chain.
     * Checks no signature, so that it can be asked again and again of chains that were good.
     */
    boolean isRevoked(List<X509Certificate> chain, Instant now) {
        return revocations.isPresent()
                && revocations.get().state(now)
                        instanceof RevocationListFile.State.Usable(List<X509CRL> lists, _)
                && path(chain).filter(path -> isOnList(path, lists)).isPresent();
    }

    /** Each step by the name of the issuer, so that no peer can send us round in circles. */
    private Optional<List<X509Certificate>> path(List<X509Certificate> chain) {
        var path = new ArrayList<X509Certificate>(List.of(chain.getFirst()));
        while (path.size() <= PATH_MAX) {
            X509Certificate last = path.getLast();
            if (!anchorsOf(last).isEmpty()) {
                return Optional.of(path);
            }
            Optional<X509Certificate> next =
                    issuerOf(last, chain).or(() -> issuerOf(last, intermediates));
            if (next.isEmpty() || path.contains(next.get())) {
                return Optional.empty();
            }
            path.add(next.get());
        }
        return Optional.empty();
    }

    private List<X509Certificate> anchorsOf(X509Certificate certificate) {
        var issuer = certificate.getIssuerX500Principal();
        return anchors.stream()
                .filter(anchor -> anchor.getSubjectX500Principal().equals(issuer))
                .toList();
    }

    private static Optional<X509Certificate> issuerOf(
            X509Certificate certificate, List<X509Certificate> candidates) {
        var issuer = certificate.getIssuerX500Principal();
        List<X509Certificate> named =
                candidates.stream()
                        .filter(candidate -> candidate.getSubjectX500Principal().equals(issuer))
                        .toList();
        return named.size() <= 1
                ? named.stream().findFirst()
                : named.stream().filter(one -> hasSigned(one, certificate)).findFirst();
    }

    private static boolean hasSigned(X509Certificate issuer, X509Certificate certificate) {
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static boolean isValid(X509Certificate anchor, Instant now) {
        return !now.isBefore(anchor.getNotBefore().toInstant())
                && !now.isAfter(anchor.getNotAfter().toInstant())
                && CertificateStrength.objectionToKey(anchor.getPublicKey()).isEmpty();
    }

    private Path followWithLists(
            List<X509Certificate> path,
            List<X509Certificate> ends,
            RevocationListFile.State state,
            Instant now) {
        return switch (state) {
            case RevocationListFile.State.Unusable(String why) ->
                    new Path.Bad("the revocation list of its authority is of no use: " + why);
            case RevocationListFile.State.Usable(List<X509CRL> lists, _) ->
                    isOnList(path, lists)
                            ? new Path.Bad("a certificate of the chain was revoked")
                            : validate(path, ends, Optional.of(lists), now);
        };
    }

    /** Of intermediates, too, although a list is asked for only from whoever issued the leaf. */
    private static boolean isOnList(List<X509Certificate> path, List<X509CRL> lists) {
        return path.stream()
                .anyMatch(certificate ->
                        lists.stream()
                                .filter(list ->
                                        list.getIssuerX500Principal()
                                                .equals(certificate.getIssuerX500Principal()))
                                .anyMatch(list -> list.isRevoked(certificate)));
    }

    private static Path validate(
            List<X509Certificate> path,
            List<X509Certificate> ends,
            Optional<List<X509CRL>> lists,
            Instant now) {
        try {
            Set<TrustAnchor> trusted =
                    ends.stream()
                            .map(end -> new TrustAnchor(end, null))
                            .collect(Collectors.toSet());
            var parameters = new PKIXParameters(trusted);
            parameters.setDate(Date.from(now));
            parameters.setRevocationEnabled(false);
            CertPathValidator validator = CertPathValidator.getInstance("PKIX");
            if (lists.isPresent()) {
                parameters.addCertPathChecker(checker(validator));
                parameters.addCertStore(
                        CertStore.getInstance(
                                "Collection", new CollectionCertStoreParameters(lists.get())));
            }
            validator.validate(
                    CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
            return new Path.Good();
        } catch (CertPathValidatorException e) {
            return new Path.Bad(reason(e));
        } catch (CertificateException
                | InvalidAlgorithmParameterException
                | NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK validates certification paths", e);
        }
    }

    /** Asks the lists that it is given and nobody over the network. */
    private static PKIXRevocationChecker checker(CertPathValidator validator) {
        var checker = (PKIXRevocationChecker) validator.getRevocationChecker();
        checker.setOptions(
                EnumSet.of(
                        PKIXRevocationChecker.Option.ONLY_END_ENTITY,
                        PKIXRevocationChecker.Option.PREFER_CRLS,
                        PKIXRevocationChecker.Option.NO_FALLBACK));
        return checker;
    }

    /** In our words: those of the exception may quote what the peer has sent. */
    private static String reason(CertPathValidatorException e) {
        if (e.getReason() instanceof CertPathValidatorException.BasicReason reason) {
            return switch (reason) {
                case EXPIRED -> "a certificate of the chain has expired";
                case NOT_YET_VALID -> "a certificate of the chain is not valid yet";
                case REVOKED -> "a certificate of the chain was revoked";
                case UNDETERMINED_REVOCATION_STATUS ->
                        "there is no revocation list from whoever issued this certificate";
                case INVALID_SIGNATURE -> "a signature of the chain is wrong";
                case ALGORITHM_CONSTRAINED, UNSPECIFIED -> "the chain does not hold";
            };
        }
        return "the chain does not hold";
    }
}
