package io.outrider.seal;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.protocol.Vector;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The vectors that the RFCs publish. */
class PublishedVectorsTest {
    static List<Vector> hkdf() throws IOException {
        return Vector.all("hkdf");
    }

    static List<Vector> hpke() throws IOException {
        return Vector.all("hpke");
    }

    @ParameterizedTest
    @MethodSource("hkdf")
    void hkdf_yields_what_rfc_5869_says(Vector vector) {
        Secret key = Hkdf.extract(vector.bytes("salt"), vector.bytes("input-key"));
        assertSecret(key, vector.bytes("pseudo-random-key"));

        byte[] output = vector.bytes("output");
        assertSecret(Hkdf.expand(key, vector.bytes("info"), output.length), output);
    }

    @ParameterizedTest
    @MethodSource("hpke")
    void hpke_yields_what_rfc_9180_says_on_both_sides(Vector vector) throws Refusal {
        Suite suite = Suite.ofCode(vector.number("suite")).orElseThrow();
        var hpke = new Hpke(suite, (int) vector.number("aead-id"));
        TestKey ephemeral = TestKey.of(suite, vector, "ephemeral");
        TestKey recipient = TestKey.of(suite, vector, "recipient");

        assertThat(ephemeral.publicBytes()).isEqualTo(vector.bytes("encapsulation"));
        assertExports(
                hpke,
                vector,
                hpke.exporterSecret(
                        ephemeral.agreement(), recipient.sealingKey(), vector.bytes("info")));
        assertExports(
                hpke,
                vector,
                hpke.exporterSecret(
                        vector.bytes("encapsulation"),
                        recipient.agreement(),
                        vector.bytes("info")));
    }

    private static void assertExports(Hpke hpke, Vector vector, Secret exporter) {
        assertSecret(exporter, vector.bytes("exporter-secret"));
        for (int i = 0; i < 3; i++) {
            assertSecret(
                    hpke.export(exporter, vector.bytes("export-context-" + i), 32),
                    vector.bytes("export-" + i));
        }
    }

    private static void assertSecret(Secret secret, byte[] expected) {
        assertThat(secret.<byte[]>exposeTo(byte[]::clone)).isEqualTo(expected);
    }
}
