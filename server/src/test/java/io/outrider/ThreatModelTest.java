package io.outrider;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each attack in docs/threat-model.md names the tests that defeat it, and they exist. */
class ThreatModelTest {
    private static final Pattern NAMED = Pattern.compile("\\b(\\w+Test)\\.([a-z]\\w+)");

    @Test
    void every_test_that_the_threat_model_names_exists() throws IOException {
        var missing = new ArrayList<String>();
        int named = 0;
        for (Matcher test = NAMED.matcher(text()); test.find(); named++) {
            if (!exists(test.group(1), test.group(2))) {
                missing.add(test.group());
            }
        }

        assertThat(missing).isEmpty();
        assertThat(named).isGreaterThan(40);
    }

    @Test
    void every_row_of_an_attack_names_a_test() throws IOException {
        List<String> rows =
                text().lines()
                        .filter(line -> line.startsWith("| "))
                        .filter(line ->
                                !line.startsWith("| attack") && !line.startsWith("| threat"))
                        .toList();

        assertThat(rows).isNotEmpty().allSatisfy(row -> assertThat(row).containsPattern(NAMED));
    }

    private static String text() throws IOException {
        return Files.readString(Checkout.root().resolve("docs/threat-model.md"));
    }

    private static boolean exists(String testClass, String method) throws IOException {
        for (String module : List.of("protocol", "tracker", "server")) {
            try (Stream<Path> files =
                    Files.walk(Checkout.root().resolve(module + "/src/test/java"))) {
                for (Path file :
                        files.filter(path -> path.endsWith(testClass + ".java")).toList()) {
                    if (Files.readString(file).contains(" " + method + "(")) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
