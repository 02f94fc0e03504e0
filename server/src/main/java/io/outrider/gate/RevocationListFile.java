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
    private State state = new State.Unusable("it was not read yet");

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

    /** Why nobody of this authority gets in at this moment; empty where all is well. */
    public Optional<String> trouble(Instant now) {
        return state(now) instanceof State.Unusable(String why)
                ? Optional.of(why)
                : Optional.empty();
    }

    /** Usable only where every list of the file is of now. */
    synchronized State state(Instant now) {
        if (lookedAt == null
                || now.isBefore(lookedAt)
                || !now.isBefore(lookedAt.plus(LOOK_EVERY))) {
            look();
            lookedAt = now;
        }
        if (!(state instanceof State.Usable(List<X509CRL> lists))) {
            return state;
        }
        return lists.stream()
                .flatMap(list -> objection(list, now).stream())
                .findFirst()
                .<State>map(State.Unusable::new)
                .orElse(state);
    }

    private void look() {
        Optional<Stamp> seen = stampOfFile();
        if (seen.isPresent() && seen.equals(stamp) && state instanceof State.Usable) {
            return;
        }
        State before = state;
        stamp = seen;
        state = read();
        if (state instanceof State.Unusable(String why) && !state.equals(before)) {
            LOG.error("Nobody of that authority gets in: revocation list {}: {}", file, why);
        } else if (state instanceof State.Usable(List<X509CRL> lists)) {
            LOG.info("Read {} revocation list(s) of {}", lists.size(), file);
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
        } catch (CRLException | CertificateException e) {
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
