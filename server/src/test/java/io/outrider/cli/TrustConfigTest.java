package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outrider.keys.OperatorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustConfigTest {
    private static final String LIST = "trust:\n  accepted:\n    - ";

    @TempDir Path directory;
    private Path ca = Path.of("unset");

    @BeforeEach
    void write() throws IOException {
        ca = Files.writeString(directory.resolve("ca.pem"), TestCertificate.PEM);
    }

    @Test
    void nobody_elses_authority_is_believed_unless_it_is_named() throws Exception {
        assertThat(Config.defaults().trust().issuing()).isEmpty();
        assertThat(Config.defaults().trust().accepted()).isEmpty();
    }

    @Test
    void an_authority_is_taken_with_whom_its_certificates_name() throws Exception {
        Config.Trust trust =
                read("""
                trust:
                  issuing: {key-file: /gone/since/the/first/start, chain-file: %1$s}
                  accepted:
                    - {ca-file: %1$s, name-template: "{fleet}.{tracker}"}
                    - {ca-file: %1$s, name-template: "unit-{tracker}", fleet: acme}
                    - {ca-file: %1$s, name-template: "{client}", name-from: san-dns}
                """
                                .formatted(ca))
                        .trust();

        assertThat(trust.accepted()).hasSize(3);
        assertThat(trust.issuing().orElseThrow().chain()).isEqualTo(ca);
    }

    @Test
    void an_authority_that_is_not_whole_is_refused_with_its_line() throws Exception {
        Path empty = Files.createFile(directory.resolve("empty.pem"));
        Path junk = Files.writeString(directory.resolve("junk.pem"), "not a certificate");
        String good = "{ca-file: " + ca + ", name-template: '{client}'";

        assertProblem(LIST + "{name-template: '{client}'}", ":3: trust.accepted[0] needs ca-file");
        assertProblem(LIST + good.replace(ca.toString(), empty.toString()) + "}", "needs ca-file");
        assertProblem(LIST + good.replace(ca.toString(), junk.toString()) + "}", "no certificates");
        assertProblem(LIST + good.replace(ca.toString(), "/nowhere") + "}", "cannot be read");
        assertProblem(LIST + "{ca-file: " + ca + "}", "needs name-template");
        assertProblem(LIST + good + ", name-from: email}", "subject-cn, san-dns or san-uri");
        assertProblem(LIST + good + ", fleet: acme}", "name-template is of no use");
        assertProblem(LIST + good + ", crl-file: /nowhere}", "crl-file names a file");
        assertProblem(LIST + good + ", verify: off}", "unknown key 'trust.accepted[0].verify'");
        assertProblem(
                LIST + good.replace("{client}", "anybody") + "}", "name-template is of no use");
        assertProblem("trust: {issuing: {chain-file: " + ca + "}}", "needs key-file and");
    }

    private void assertProblem(String yaml, String problem) {
        assertThatThrownBy(() -> read(yaml))
                .as(yaml)
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining(problem);
    }

    private Config read(String yaml) throws OperatorException, IOException {
        return Config.read(Files.writeString(directory.resolve("outrider.yaml"), yaml));
    }
}
