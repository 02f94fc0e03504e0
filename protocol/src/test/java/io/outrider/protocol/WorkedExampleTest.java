package io.outrider.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The bytes in docs/protocol.md, section 14, are those of the vectors, so that neither can rot. */
class WorkedExampleTest {
    private static final Path DOCUMENT = Path.of("../docs/protocol.md");

    private final String document = Files.readString(DOCUMENT);
    private final String example =
            document.substring(
                    document.indexOf("## 14. A worked example"),
                    document.indexOf("## 15. Vectors"));

    WorkedExampleTest() throws IOException {}

    @Test
    void keys_and_announcement_are_those_of_the_vector() {
        assertShown(
                Vector.read("announcement", "good-p256"),
                "backend-private",
                "backend-public",
                "backend-key-id",
                "identity-private",
                "identity-public",
                "ephemeral-private",
                "ephemeral-public",
                "epoch-id",
                "predecessor",
                "journal-id",
                "hpke-info",
                "epoch-secret",
                "report-key",
                "report-base-iv",
                "announcement");
    }

    @Test
    void the_report_is_that_of_the_vector() {
        assertShown(
                Vector.read("report", "good-p256"),
                "epoch-id",
                "epoch-secret",
                "report-key",
                "nonce",
                "enc-structure",
                "report");
        assertShown(Vector.read("request", "good"), "command-public", "request");
        assertShown(Vector.read("token", "good-name"), "token");
    }

    @Test
    void the_annotated_plaintext_is_that_of_the_vector() {
        assertThat(annotated("8b "))
                .isEqualTo(Vector.read("report", "good-p256").text("plaintext"));
    }

    @Test
    void the_annotated_payload_is_that_of_the_vector() {
        String payload = Vector.read("announcement", "good-p256").text("payload");
        String[] shown = annotated("8c ").split("\\.\\.\\.", -1);

        assertThat(payload).startsWith(shown[0]).endsWith(shown[1]);
    }

    private void assertShown(Vector vector, String... keys) {
        String bytes = example.replaceAll("\\s", "");
        for (String key : keys) {
            assertThat(bytes).as(vector + ", " + key).contains(vector.text(key));
        }
    }

    /** The bytes of the block that begins so, without what is said of them on the right. */
    private String annotated(String begin) {
        List<String> lines = example.lines().dropWhile(line -> !line.startsWith(begin)).toList();
        return lines.stream()
                .takeWhile(line -> !line.startsWith("```"))
                .map(line -> line.strip().split(" {2,}", -1)[0].replace(" ", ""))
                .collect(Collectors.joining());
    }
}
