package io.outrider.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseFileTest {
    private static final String FIRST = "CREATE TABLE a(x INTEGER);\nINSERT INTO a VALUES (1);\n";
    private static final String SECOND = "ALTER TABLE a ADD COLUMN y TEXT;";

    @TempDir Path directory;

    @Test
    void only_the_owner_can_read_the_file_and_its_log() throws Exception {
        Path file = directory.resolve("a.db");

        try (var connection = new DatabaseFile(file, List.of(FIRST)).openForWriting()) {
            assertThat(connection.isValid(1)).isTrue();
            for (String name : List.of("a.db", "a.db-wal", "a.db-shm")) {
                assertThat(
                                PosixFilePermissions.toString(
                                        Files.getPosixFilePermissions(directory.resolve(name))))
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void an_older_file_is_brought_up_to_date_and_keeps_its_rows() throws Exception {
        Path file = directory.resolve("a.db");
        new DatabaseFile(file, List.of(FIRST)).openForWriting().close();

        try (var connection = new DatabaseFile(file, List.of(FIRST, SECOND)).openForWriting();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT x, y FROM a")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isEqualTo(1);
            assertThat(rows.next()).isFalse();
        }
    }

    @Test
    void a_file_of_a_newer_program_is_refused() throws Exception {
        Path file = directory.resolve("a.db");
        new DatabaseFile(file, List.of(FIRST, SECOND)).openForWriting().close();

        assertThatThrownBy(() -> new DatabaseFile(file, List.of(FIRST)).openForWriting())
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("schema 2");
    }

    @Test
    void a_reader_cannot_write() throws Exception {
        Path file = directory.resolve("a.db");
        var database = new DatabaseFile(file, List.of(FIRST));
        database.openForWriting().close();

        try (var connection = database.openForReading();
                var statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("DELETE FROM a"))
                    .isInstanceOf(SQLException.class);
        }
    }

    @Test
    void a_file_that_was_taken_away_or_replaced_takes_no_commit_until_it_is_back()
            throws Exception {
        Path file = directory.resolve("a.db");
        Path elsewhere = directory.resolve("b.db");
        var database = new DatabaseFile(file, List.of(FIRST));

        try (var connection = database.openForWriting()) {
            assertThat(connection.isValid(1)).isTrue();
            database.requireInPlace();
            Files.move(file, elsewhere);
            assertThatThrownBy(database::requireInPlace)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("put it back");
            Files.copy(elsewhere, file);
            assertThatThrownBy(database::requireInPlace).isInstanceOf(SQLException.class);
            Files.move(elsewhere, file, StandardCopyOption.REPLACE_EXISTING);
            database.requireInPlace();
        }
    }

    @Test
    void to_look_at_what_is_wrong_with_a_file_ends_no_lock_on_it() throws Exception {
        Path file = directory.resolve("a.db");
        var database = new DatabaseFile(file, List.of(FIRST));

        try (var connection = database.openForWriting()) {
            assertThat(connection.isValid(1)).isTrue();
            assertThat(locksOn(file)).isPositive();
            long before = locksOn(file);

            assertThat(database.trouble()).isEmpty();

            assertThat(locksOn(file)).isEqualTo(before);
        }
    }

    /** POSIX's, which all end when their process closes any descriptor of the file. */
    private static long locksOn(Path file) throws Exception {
        String inode = ":" + Files.getAttribute(file, "unix:ino") + " ";
        return Files.readAllLines(Path.of("/proc/locks")).stream()
                .filter(line -> line.contains(inode) && line.contains("POSIX"))
                .count();
    }
}
