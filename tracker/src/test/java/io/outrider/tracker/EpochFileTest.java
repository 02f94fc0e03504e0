package io.outrider.tracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochFileTest {
    @TempDir private Path folder;
    private Path path;
    private EpochFile file;

    @BeforeEach
    void make() {
        path = folder.resolve("epoch");
        file = new EpochFile(path);
    }

    @Test
    void there_is_none_before_the_first() throws IOException {
        assertThat(file.read()).isEqualTo(EpochFile.Epoch.NONE);

        Files.write(path, EpochFile.blank());
        assertThat(file.read()).isEqualTo(EpochFile.Epoch.NONE);
    }

    @Test
    void the_newest_counts_and_the_file_never_grows() throws IOException {
        Files.write(path, EpochFile.blank());
        for (long number = 0; number < 5; number++) {
            file.write(number, -number);
            assertThat(file.read())
                    .isEqualTo(new EpochFile.Epoch(number, OptionalLong.of(-number)));
            assertThat(path).hasSize(EpochFile.blank().length);
        }
    }

    @Test
    void a_write_that_is_torn_anywhere_leaves_the_epoch_before() throws IOException {
        file.write(6, 1);
        byte[] before = Files.readAllBytes(path);
        file.write(7, 0x0123456789abcdefL);
        byte[] after = Files.readAllBytes(path);

        for (int torn = 64; torn < 64 + "7 0123456789abcdef 00000000".length(); torn++) {
            byte[] half = before.clone();
            System.arraycopy(after, 64, half, 64, torn - 64);
            Files.write(path, half);
            assertThat(file.read().number()).isEqualTo(6);
        }
    }

    @Test
    void two_damaged_slots_are_an_error_and_no_fresh_start() throws IOException {
        file.write(6, 1);
        byte[] damaged = Files.readAllBytes(path);
        damaged[3] ^= 1;
        Files.write(path, damaged);

        assertThatThrownBy(() -> file.read()).isInstanceOf(IOException.class);
        assertThat(Arrays.equals(damaged, Files.readAllBytes(path))).isTrue();
    }
}
