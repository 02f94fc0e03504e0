package io.outrider.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Seeds, and all that fuzzing has ever found, as plain tests: without the fuzzer. */
class CorpusTest {
    private static final Path CORPUS = Checkout.root().resolve("server/src/test/resources/corpus");

    @TestFactory
    Stream<DynamicTest> every_target_withstands_its_corpus() throws IOException {
        return files().stream()
                .map(file ->
                        DynamicTest.dynamicTest(
                                CORPUS.relativize(file).toString(),
                                () -> target(file).feed(Files.readAllBytes(file))));
    }

    @Test
    void every_target_has_a_corpus_and_every_corpus_a_target() throws IOException {
        List<String> folders =
                files().stream().map(file -> folder(file)).distinct().sorted().toList();

        assertThat(folders).containsExactlyElementsOf(Targets.ALL.keySet());
    }

    @Test
    void every_target_withstands_nothing_at_all() throws Exception {
        for (Target target : Targets.ALL.values()) {
            target.feed(new byte[0]);
        }
    }

    private static Target target(Path file) {
        return Objects.requireNonNull(Targets.ALL.get(folder(file)), () -> "no target of " + file);
    }

    private static String folder(Path file) {
        return CORPUS.relativize(file).getName(0).toString();
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(CORPUS)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
