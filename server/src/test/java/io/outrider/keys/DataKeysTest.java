package io.outrider.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outrider.seal.Secret;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataKeysTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir static Path vaultParent;
    @TempDir Path parent;
    private static FileVault vault;
    private KeyDatabase database;
    private DataKeys keys;

    @BeforeAll
    static void openVault() throws Exception {
        var directory = PrivateDirectory.openOrCreate(vaultParent.resolve("keys"), Disk.REAL);
        Secret passphrase = Secret.owning("a passphrase".getBytes(StandardCharsets.UTF_8));
        vault = FileVault.openOrCreate(directory, "vault", passphrase, RANDOM);
    }

    @BeforeEach
    void reopen() throws Exception {
        database = KeyDatabase.openOrCreate(file());
        keys = new DataKeys(database, vault, RANDOM, InstantSource.system(), 2);
    }

    @AfterEach
    void close() throws Exception {
        database.close();
    }

    @Test
    void an_enrolment_without_a_key_has_none_until_it_is_made() throws Exception {
        assertThat(keys.get(1)).isEmpty();

        assertThat(keys.getOrCreate(1)).isPresent();
        assertThat(keys.get(1)).isPresent();
        assertThat(keys.get(2)).isEmpty();
    }

    @Test
    void a_destroyed_key_is_gone_and_never_made_again() throws Exception {
        keys.getOrCreate(1);
        keys.destroy(1);
        keys.destroy(2);

        assertThat(keys.get(1)).isEmpty();
        assertThat(keys.getOrCreate(1)).isEmpty();
        assertThat(keys.getOrCreate(2)).isEmpty();
        database.close();
        reopen();
        assertThat(keys.getOrCreate(1)).isEmpty();
    }

    @Test
    void a_destroyed_key_leaves_no_wrapped_copy_in_the_files() throws Exception {
        keys.getOrCreate(1);
        keys.getOrCreate(2);
        byte[] wrapped = wrapped(1);
        assertThat(contains(allFiles(), wrapped)).isTrue();

        keys.destroy(1);

        assertThat(contains(allFiles(), wrapped)).isFalse();
        assertThat(contains(allFiles(), wrapped(2))).isTrue();
    }

    @Test
    void one_enrolments_wrapped_key_does_not_open_as_anothers() throws Exception {
        keys.getOrCreate(1);
        keys.getOrCreate(2);
        database.close();
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                var statement = connection.createStatement()) {
            statement.execute(
                    "UPDATE data_key SET wrapped ="
                            + " (SELECT wrapped FROM data_key WHERE enrolment = 1)");
        }
        reopen();

        assertThat(keys.get(1)).isPresent();
        assertThatThrownBy(() -> keys.get(2)).isInstanceOf(KeyUnavailableException.class);
    }

    @Test
    void a_key_stays_the_same_over_restarts_and_beyond_the_cache() throws Exception {
        List<Secret> made = List.of(create(1), create(2), create(3), create(4));

        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < made.size(); i++) {
                Optional<Secret> again = keys.get(i + 1);
                assertThat(again.orElseThrow().matches(made.get(i))).isTrue();
                // What the caller does with its copy is its own business.
                again.orElseThrow().close();
            }
            database.close();
            reopen();
        }
        assertThat(made.get(0).matches(made.get(1))).isFalse();
    }

    @Test
    void no_key_is_in_the_files_in_clear() throws Exception {
        byte[] key = create(1).exposeTo(byte[]::clone);

        assertThat(contains(allFiles(), key)).isFalse();
    }

    @Test
    void a_file_that_is_no_database_is_the_operators_business() throws Exception {
        database.close();
        Files.writeString(file(), "this is no database, however long one reads on in it");

        assertThatThrownBy(() -> KeyDatabase.openOrCreate(file()))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining(file().toString());
        Files.delete(file());
        reopen();
    }

    private Secret create(long enrolment) throws KeyUnavailableException {
        return keys.getOrCreate(enrolment).orElseThrow();
    }

    private byte[] wrapped(long enrolment) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                var query =
                        connection.prepareStatement(
                                "SELECT wrapped FROM data_key WHERE enrolment = ?")) {
            query.setLong(1, enrolment);
            try (var rows = query.executeQuery()) {
                rows.next();
                return rows.getBytes(1);
            }
        }
    }

    private Path file() {
        return parent.resolve("keys.db");
    }

    private byte[] allFiles() throws IOException {
        var all = new ByteArrayOutputStream();
        for (String name : List.of("keys.db", "keys.db-wal")) {
            Path file = parent.resolve(name);
            if (Files.exists(file)) {
                all.write(Files.readAllBytes(file));
            }
        }
        return all.toByteArray();
    }

    private static boolean contains(byte[] haystack, byte[] needle) {
        String latin = new String(haystack, StandardCharsets.ISO_8859_1);
        return latin.contains(new String(needle, StandardCharsets.ISO_8859_1));
    }
}
