package io.outrider.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.topic.TopicFilter;
import io.outrider.topic.TrackerId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A registry in a file, under a clock that is turned by hand, with what its listener has heard. */
final class TestRegistry implements AutoCloseable {
    static final Set<Method> CERTIFICATE = Set.of(Method.CERTIFICATE);

    private final Path file;
    private int certificatesMade;
    final List<RightsChange> heard = new ArrayList<>();
    Instant now = Instant.parse("2026-11-22T10:00:00Z");
    Registry registry;

    TestRegistry(Path directory) throws IOException, SQLException {
        this.file = directory.resolve("fleet.db");
        this.registry = Registry.open(file, () -> now);
        registry.onChange(heard::add);
    }

    void reopen() throws IOException, SQLException {
        registry.close();
        registry = Registry.open(file, () -> now);
        registry.onChange(heard::add);
    }

    Path file() {
        return file;
    }

    /** The fleet is made where there is none. */
    Tracker add(String name) throws SQLException {
        registry.createFleet(name.substring(0, name.indexOf('.')));
        return made(registry.add(name, sha256(name)));
    }

    X509Certificate enrol(String name) throws SQLException {
        return enrol(name, newKey());
    }

    X509Certificate enrol(String name, PublicKey key) throws SQLException {
        TrackerId id = TrackerId.parse(name).orElseThrow();
        if (registry.enrol(id, sha256(name), key, _ -> certificate(key))
                instanceof Enrolment.Enrolled(_, X509Certificate certificate)) {
            return certificate;
        }
        throw new AssertionError(name + " did not enrol");
    }

    X509Certificate certificate(PublicKey key) {
        certificatesMade++;
        // Of their own at each run: a reopened registry has those of before.
        return TestCertificates.of(key, now.toEpochMilli() * 1_000 + certificatesMade, now);
    }

    Tracker tracker(String name) {
        return made(registry.show(name));
    }

    boolean knows(X509Certificate certificate) throws GeneralSecurityException {
        byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
        return registry.issuedCertificate(sha256).isPresent();
    }

    static Grant grant(Operation operation, String filter) {
        return new Grant(operation, TopicFilter.parse(filter).orElseThrow());
    }

    static <T> T made(Change<T> change) {
        assertThat(change).isInstanceOf(Change.Made.class);
        return ((Change.Made<T>) change).value();
    }

    static void refused(Change<?> change, String why) {
        assertThat(change)
                .isInstanceOfSatisfying(
                        Change.Refused.class, refused -> assertThat(refused.why()).contains(why));
    }

    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static PublicKey newKey() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair().getPublic();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws SQLException {
        registry.close();
    }
}
