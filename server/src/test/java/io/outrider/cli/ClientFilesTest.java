package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outrider.keys.OperatorException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class ClientFilesTest {
    @TempDir Path folder;

    @Test
    void a_key_is_its_owners_alone_and_never_written_over() throws Exception {
        ClientFiles.create(folder, "lake");
        Path key = folder.resolve("lake.key");
        String before = Files.readString(key);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        assertThatThrownBy(() -> ClientFiles.create(folder, "lake"))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("is there already");
        assertThat(Files.readString(key)).isEqualTo(before);
    }

    @Test
    void a_key_without_a_certificate_is_taken_away_but_only_if_we_made_it() throws Exception {
        ClientFiles.create(folder, "lake").discard();
        assertThat(folder.resolve("lake.key")).doesNotExist();

        ClientFiles.create(folder, "lake");
        ClientFiles.openOrCreate(folder, "lake").discard();
        assertThat(folder.resolve("lake.key")).exists();
    }

    @Test
    void a_key_is_read_back_with_its_public_half() throws Exception {
        KeyPair keys = ClientKey.generate();

        KeyPair read = ClientKey.parse(text(keys));

        assertThat(read.getPublic()).isEqualTo(keys.getPublic());
        assertThat(read.getPrivate()).isEqualTo(keys.getPrivate());
    }

    @Test
    void what_is_no_key_of_p256_is_refused() throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp384r1"));
        String other = text(generator.generateKeyPair());
        String good = text(ClientKey.generate());

        for (String bad :
                new String[] {
                    "",
                    "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
                    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
                    good.replace("PRIVATE", "EC PRIVATE"),
                    good + good,
                    other
                }) {
            assertThatThrownBy(() -> ClientKey.parse(bad))
                    .as(bad)
                    .isInstanceOf(GeneralSecurityException.class);
        }
        Files.writeString(folder.resolve("lake.key"), other);
        assertThatThrownBy(() -> ClientFiles.openOrCreate(folder, "lake"))
                .isInstanceOf(OperatorException.class);
    }

    @Test
    void another_installations_authority_is_not_written_over() throws Exception {
        Path first = ClientFiles.writeAuthority(folder, "lake", "one");
        Path again = ClientFiles.writeAuthority(folder, "viewer", "one");
        Path other = ClientFiles.writeAuthority(folder, "viewer", "two");

        assertThat(first).hasFileName("ca.pem").isEqualTo(again);
        assertThat(other).hasFileName("viewer.ca.pem");
        assertThat(Files.readString(first)).isEqualTo("one");
    }

    @Test
    void a_line_to_try_is_safe_in_a_shell_and_asks_for_what_is_allowed() {
        JsonNode row =
                ControlServer.JSON.readTree(
                        """
                        {"client": "lake", "host": "localhost", "port": 8884,
                         "grants": ["may-publish x/+/y", "may-subscribe it's/#"]}
                        """);

        String line = TryLine.of(row, java.util.List.of(Path.of("a b/ca.pem")));

        assertThat(line)
                .isEqualTo(
                        "mosquitto_sub -v -V 5 -h localhost -p 8884 --cafile 'a b/ca.pem'"
                                + " -u lake -P \"$PASSWORD\" -i lake -t 'it'\\''s/#'");
        JsonNode mayOnlySpeak =
                ControlServer.JSON.readTree(
                        """
                        {"client": "lake", "host": "h", "port": 1, "grants": ["may-publish x/+/y"]}
                        """);
        assertThat(TryLine.of(mayOnlySpeak, java.util.List.of(Path.of("ca.pem"))))
                .startsWith("mosquitto_pub")
                .endsWith("-i lake -m hello -t x/x/y");
    }

    private static String text(KeyPair keys) {
        return new String(ClientKey.format(keys), StandardCharsets.US_ASCII);
    }
}
