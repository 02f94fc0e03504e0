package io.outrider.gate;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The revocation lists (RFC 5280, section 5) of somebody else's authority, in a file that they
 * replace: one or several, in PEM or DER. Looked at again as connections come, at most every few
 * seconds. A list in an authority's name has to be signed by it; whose certificate is not known
 * here, and comes with a peer, is verified with the peer's chain. Guarded by its own monitor.
 */
public final class RevocationListFile {
    private static final Logger LOG = LoggerFactory.getLogger(RevocationListFile.class);

    /** A replaced file counts no later than this after it was replaced. */
    static final Duration LOOK_EVERY = Duration.ofSeconds(2);

    private static final int FILE_BYTES_MAX = 16 * 1024 * 1024;
    private static final int LISTS_MAX = 16;
    private static final String NOBODY = "nobody of that authority gets in: ";

    /** cRLSign (RFC 5280, section 4.2.1.3). */
    private static final int CRL_SIGN = 6;

    private final Path file;
    private final List<X509Certificate> authorities;
    private @Nullable Instant lookedAt;
    private Optional<Stamp> stamp = Optional.empty();
    private State read = new State.Unusable("it was not read yet");
    private @Nullable State told;

    /** What tells one version of the file from the next. */
    private record Stamp(FileTime modified, long bytes, @Nullable Object key) {}

    /** What the file is worth at a moment. */
    sealed interface State {
        /**
         * To be believed.
         *
         * @param missing whose list is not among them, so that none of its certificates gets in
         */
        record Usable(List<X509CRL> lists, List<X500Principal> missing) implements State {}

        record Unusable(String why) implements State {}
    }

    /**
     * A file that need not be there yet.
     *
     * @param authorities of which lists are expected: anchors, and what is known below them
     */
    RevocationListFile(Path file, List<X509Certificate> authorities) {
        this.file = file;
        this.authorities = List.copyOf(authorities);
    }

    /**
     * How the file stands, for an operator.
     *
     * @param nextUpdate when it gets too old; empty where that cannot be told
     * @param trouble who does not get in and why, as a sentence; empty where all is well
     */
    public record Status(Path file, Optional<Instant> nextUpdate, Optional<String> trouble) {}

    /** How the file stands at this moment. */
    public Status status(Instant now) {
        return switch (state(now)) {
            case State.Unusable(String why) ->
                    new Status(file, Optional.empty(), Optional.of(NOBODY + why));
            case State.Usable(List<X509CRL> lists, List<X500Principal> missing) ->
                    new Status(
                            file,
                            lists.stream()
                                    .map(list -> list.getNextUpdate().toInstant())
                                    .min(Comparator.naturalOrder()),
                            missing.isEmpty()
                                    ? Optional.empty()
                                    : Optional.of(missing(lists, missing)));
        };
    }

    private static String missing(List<X509CRL> lists, List<X500Principal> missing) {
        return "nobody with a certificate of %s gets in: the lists in it are of %s"
                .formatted(
                        names(missing.stream()),
                        names(lists.stream().map(X509CRL::getIssuerX500Principal)));
    }

    private static String names(Stream<X500Principal> names) {
        return names.map(RevocationListFile::name).distinct().collect(Collectors.joining(" or "));
    }

    /** Usable only where every list of the file is of now. */
    synchronized State state(Instant now) {
        if (lookedAt == null
                || now.isBefore(lookedAt)
                || !now.isBefore(lookedAt.plus(LOOK_EVERY))) {
            look();
            lookedAt = now;
        }
        State state = atThisTime(now);
        if (!state.equals(told)) {
            tell(state);
            told = state;
        }
        return state;
    }

    private State atThisTime(Instant now) {
        if (!(read instanceof State.Usable(List<X509CRL> lists, _))) {
            return read;
        }
        return lists.stream()
                .flatMap(list -> objection(list, now).stream())
                .findFirst()
                .<State>map(State.Unusable::new)
                .orElse(read);
    }

    private void tell(State state) {
        switch (state) {
            case State.Unusable(String why) ->
                    LOG.error("Revocation list {}: {}{}", file, NOBODY, why);
            case State.Usable(List<X509CRL> lists, List<X500Principal> missing) -> {
                LOG.info("Read {} revocation list(s) of {}", lists.size(), file);
                if (!missing.isEmpty()) {
                    LOG.error("Revocation list {}: {}", file, missing(lists, missing));
                }
            }
        }
    }

    private void look() {
        Optional<Stamp> seen = stampOfFile();
        if (seen.isEmpty() || !seen.equals(stamp) || read instanceof State.Unusable) {
            stamp = seen;
            read = read();
        }
    }

    private Optional<Stamp> stampOfFile() {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(
                    new Stamp(
                            attributes.lastModifiedTime(),
                            attributes.size(),
                            attributes.fileKey()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private State read() {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(FILE_BYTES_MAX + 1);
            if (content.length > FILE_BYTES_MAX) {
                return new State.Unusable("it is longer than " + FILE_BYTES_MAX + " bytes");
            }
            List<X509CRL> lists =
                    CertificateFactory.getInstance("X.509")
                            .generateCRLs(new ByteArrayInputStream(content))
                            .stream()
                            .map(X509CRL.class::cast)
                            .toList();
            return lists.isEmpty() || lists.size() > LISTS_MAX
                    ? new State.Unusable(lists.size() + " lists in it, not 1 to " + LISTS_MAX)
                    : lists.stream()
                            .filter(this::isForged)
                            .findFirst()
                            .<State>map(RevocationListFile::forged)
                            .orElseGet(() -> new State.Usable(lists, missing(lists)));
        } catch (IOException e) {
            return new State.Unusable("it cannot be read");
        } catch (CRLException | CertificateException | RuntimeException e) {
            // Of any kind, also what a parser lets slip: were it not caught, whoever looks at the
            // files under a timer would never look again.
            return new State.Unusable("it is no revocation list in PEM or DER");
        }
    }

    private static State forged(X509CRL list) {
        return new State.Unusable(
                "it is in the name of %s, who has not signed it"
                        .formatted(name(list.getIssuerX500Principal())));
    }

    /** In ASCII, so that it forges no line of a log. */
    private static String name(X500Principal principal) {
        return principal.getName().replaceAll("[^ -~]", "?");
    }

    /** In the name of an authority that is known here, and signed by none of that name. */
    private boolean isForged(X509CRL list) {
        List<X509Certificate> named =
                authorities.stream()
                        .filter(one ->
                                one.getSubjectX500Principal().equals(list.getIssuerX500Principal()))
                        .toList();
        return !named.isEmpty() && named.stream().noneMatch(one -> hasSigned(one, list));
    }

    private static boolean hasSigned(X509Certificate authority, X509CRL list) {
        boolean[] usage = authority.getKeyUsage();
        if (usage != null && !usage[CRL_SIGN]) {
            return false;
        }
        try {
            list.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Those that issue for others than authorities known here, and have no list. */
    private List<X500Principal> missing(List<X509CRL> lists) {
        return authorities.stream()
                .map(X509Certificate::getSubjectX500Principal)
                .filter(name ->
                        authorities.stream()
                                .filter(other -> !other.getSubjectX500Principal().equals(name))
                                .noneMatch(other -> other.getIssuerX500Principal().equals(name)))
                .filter(name ->
                        lists.stream()
                                .noneMatch(list -> list.getIssuerX500Principal().equals(name)))
                .distinct()
                .toList();
    }

    private static Optional<String> objection(X509CRL list, Instant now) {
        Date nextUpdate = list.getNextUpdate();
        if (nextUpdate == null) {
            return Optional.of("it does not say when the next one comes");
        }
        if (!now.isBefore(nextUpdate.toInstant())) {
            return Optional.of("it is too old, the next was due " + nextUpdate.toInstant());
        }
        return now.isBefore(list.getThisUpdate().toInstant())
                ? Optional.of("it is not valid before " + list.getThisUpdate().toInstant())
                : Optional.empty();
    }
}
