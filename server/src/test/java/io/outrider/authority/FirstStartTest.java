package io.outrider.authority;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.keys.FailingDisk;
import io.outrider.keys.OperatorException;
import io.outrider.seal.KeyStatement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirstStartTest {
    private static final AuthorityConfig CONFIG =
            new AuthorityConfig(Installation.NAME, Installation.NAMES);

    @TempDir Path parent;

    @Test
    void a_start_that_is_killed_at_any_step_is_completed_by_the_next() throws Exception {
        int steps = 0;
        while (!startUntil(steps)) {
            Path data = parent.resolve("data-" + steps);
            X509Certificate root;
            try (var installation = new Installation(data)) {
                root = installation.authority.root();
                assertComplete(installation);
            }
            try (var installation = new Installation(data)) {
                assertThat(installation.authority.root()).isEqualTo(root);
                assertComplete(installation);
            }
            steps++;
        }
        // Three keys and five passwords are wrapped, six files replaced in three steps each.
        assertThat(steps).isEqualTo(3 + 5 + 6 * 3);
    }

    @Test
    void a_start_after_the_first_writes_nothing() throws Exception {
        Path data = parent.resolve("data");
        new Installation(data).close();
        var disk = new FailingDisk(0);

        new Installation(data, CONFIG, disk, disk.over(Installation.vault())).close();

        assertThat(disk.steps()).isZero();
    }

    /** Whether the start came to its end within so many steps. */
    private boolean startUntil(int steps) throws Exception {
        var disk = new FailingDisk(steps);
        Path data = parent.resolve("data-" + steps);
        try {
            new Installation(data, CONFIG, disk, disk.over(Installation.vault())).close();
            return true;
        } catch (IOException e) {
            assertThat(e).hasMessageStartingWith("killed");
        } catch (OperatorException e) {
            assertThat(e).hasMessageContaining("killed");
        }
        return false;
    }

    private static void assertComplete(Installation installation) throws Exception {
        Authority authority = installation.authority;
        Path data = installation.data();
        KeyStatement.verify(authority.keyStatement().toArray(), authority.root(), installation.now);
        assertThat(Files.readAllBytes(data.resolve("ca.pem")))
                .isEqualTo(Pem.encode(authority.root()));
        try (KeyStoreFile server = authority.serverKeyStore();
                KeyStoreFile trust = authority.trustStore()) {
            assertThat(server.load().getCertificateChain("outrider")).hasSize(3);
            assertThat(trust.load().size()).isEqualTo(2);
        }
        for (Path file : files(data)) {
            assertThat(file.toString()).doesNotEndWith(".new");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .as(file.toString())
                    .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------");
        }
    }

    private static List<Path> files(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            return files.toList();
        }
    }
}
