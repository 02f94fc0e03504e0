package io.outrider.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outrider.seal.Secret;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PassphraseTest {
    @TempDir Path parent;
    private PrivateDirectory directory;
    private Path file;

    @BeforeEach
    void makeDirectory() throws Exception {
        directory = PrivateDirectory.openOrCreate(parent.resolve("data"), Disk.REAL);
        file = directory.resolve("passphrase");
    }

    @Test
    void a_file_that_is_missing_is_refused() {
        assertRefused("is missing");
    }

    @Test
    void a_file_that_others_can_read_is_refused() throws Exception {
        write("sixteen letters.");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw----r--"));

        assertRefused("can be reached by others");
    }

    @Test
    void what_is_too_short_or_has_two_lines_is_refused() throws Exception {
        for (String text :
                new String[] {"", "\n", "fifteen letters", "sixteen letters.\nand a second line"}) {
            write(text);
            assertRefused("one line, 16 characters or more");
        }
    }

    @Test
    void the_line_end_is_no_part_of_it() throws Exception {
        for (String end : new String[] {"", "\n", "\r\n"}) {
            write("sixteen letters." + end);

            try (Secret passphrase = Passphrase.read(file);
                    Secret expected = Secret.owning(bytes("sixteen letters."))) {
                assertThat(passphrase.matches(expected)).isTrue();
            }
        }
    }

    @Test
    void a_made_one_is_private_and_reads_back() throws Exception {
        try (Secret made = Passphrase.generate(directory, "passphrase", new SecureRandom());
                Secret read = Passphrase.read(file)) {
            assertThat(made.length()).isEqualTo(43);
            assertThat(read.matches(made)).isTrue();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    private void write(String text) throws Exception {
        directory.write("passphrase", bytes(text));
    }

    private void assertRefused(String problem) {
        assertThatThrownBy(() -> Passphrase.read(file))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining(problem);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
