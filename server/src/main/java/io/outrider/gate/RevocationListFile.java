package io.outrider.gate;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The revocation lists (RFC 5280, section 5) of somebody else's authority, in a file that they
 * replace: one or several, in PEM or DER. Looked at again as connections come, at most every few
 * seconds. Guarded by its own monitor.
 */
public final class RevocationListFile {
    private static final Logger LOG = LoggerFactory.getLogger(RevocationListFile.class);

    /** A replaced file counts no later than this after it was replaced. */
    static final Duration LOOK_EVERY = Duration.ofSeconds(5);

    private static final int FILE_BYTES_MAX = 16 * 1024 * 1024;
    private static final int LISTS_MAX = 16;

    private final Path file;
    private @Nullable Instant lookedAt;
    private Optional<Stamp> stamp = Optional.empty();
    private State read = new State.Unusable("it was not read yet");
    private @Nullable State told;

    /** What tells one version of the file from the next. */
    private record Stamp(FileTime modified, long bytes, @Nullable Object key) {}

    /** What the file is worth at a moment. */
    sealed interface State {
        record Usable(List<X509CRL> lists) implements State {}

        record Unusable(String why) implements State {}
    }

    public RevocationListFile(Path file) {
        this.file = file;
    }

    /**
     * How the file stands, for an operator.
     *
     * @param nextUpdate when it gets too old; empty where that cannot be told
     * @param trouble why nobody of this authority gets in; empty where all is well
     */
    public record Status(Path file, Optional<Instant> nextUpdate, Optional<String> trouble) {}

    /** How the file stands at this moment. */
    public Status status(Instant now) {
        return switch (state(now)) {
            case State.Unusable(String why) -> new Status(file, Optional.empty(), Optional.of(why));
            case State.Usable(List<X509CRL> lists) ->
                    new Status(
                            file,
                            lists.stream()
                                    .map(list -> list.getNextUpdate().toInstant())
                                    .min(Comparator.naturalOrder()),
                            Optional.empty());
        };
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
        if (!(read instanceof State.Usable(List<X509CRL> lists))) {
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
                    LOG.error(
                            "Nobody of that authority gets in: revocation list {}: {}", file, why);
            case State.Usable(List<X509CRL> lists) ->
                    LOG.info("Read {} revocation list(s) of {}", lists.size(), file);
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
                    : new State.Usable(lists);
        } catch (IOException e) {
            return new State.Unusable("it cannot be read");
        } catch (CRLException | CertificateException | RuntimeException e) {
            // Of any kind, also what a parser lets slip: were it not caught, whoever looks at the
            // files under a timer would never look again.
            return new State.Unusable("it is no revocation list in PEM or DER");
        }
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
