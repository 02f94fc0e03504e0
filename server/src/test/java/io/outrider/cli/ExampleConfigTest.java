package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.Checkout;
import io.outrider.watch.SyslogConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/outrider.example.yaml says every key and its default, and means what it says. */
class ExampleConfigTest {
    private static final Path EXAMPLE = Checkout.root().resolve("docs/outrider.example.yaml");

    /** A setting that is off: no sentence, which has one space behind the number sign. */
    private static final Pattern OFF = Pattern.compile("(?m)^#(?=\\S|  )");

    @TempDir Path folder;

    @Test
    void as_it_stands_it_says_the_defaults() throws Exception {
        assertThat(Config.read(EXAMPLE)).isEqualTo(Config.defaults());
    }

    @Test
    void with_everything_switched_on_it_is_read_too() throws Exception {
        Config config = Config.read(everythingOn());

        assertThat(config.mqttCredentials().orElseThrow().port()).isEqualTo(8884);
        assertThat(config.mqttLegacy().orElseThrow().port()).isEqualTo(8885);
        assertThat(config.webSocket().orElseThrow().origins())
                .containsExactly("https://tools.example.org:8443");
        assertThat(config.issuers()).hasSize(2);
        assertThat(config.trust().accepted()).hasSize(1);
        assertThat(config.trust().issuing()).isPresent();
        assertThat(config.log().events()).isEqualTo(Config.defaults().log().events());
        assertThat(config.log().syslog().orElseThrow().events())
                .isEqualTo(SyslogConfig.of("host", 1, "localhost").events());
        assertThat(config.limits()).isEqualTo(Config.defaults().limits());
    }

    @Test
    void it_lists_every_key_that_there_is() throws Exception {
        ConfigReader reader = ConfigReader.read(everythingOn());
        Config.from(reader);

        var missing = new TreeSet<>(reader.asked());
        missing.removeAll(reader.present());
        // Either the one or the other stands there, and what holds several keys is no key.
        missing.removeIf(key -> key.matches("tokens\\.issuers\\[[01]]\\..*"));
        assertThat(missing).isEmpty();
        for (String key : new String[] {"jwks-url", "jwks-ca-file", "keys-age-max"}) {
            assertThat(reader.present()).contains("tokens.issuers[0]." + key);
        }
        assertThat(reader.present()).contains("tokens.issuers[1].jwks-file");
    }

    private Path everythingOn() throws IOException {
        String text = OFF.matcher(Files.readString(EXAMPLE)).replaceAll("");
        var named = Pattern.compile("/etc/[a-z./-]+").matcher(text);
        while (named.find()) {
            Path here = folder.resolve(Path.of(named.group()).getFileName());
            if (here.toString().endsWith("-ca.pem")) {
                Files.writeString(here, TestCertificate.PEM);
            } else if (!Files.exists(here)) {
                Files.createFile(here);
            }
        }
        return Files.writeString(
                folder.resolve("on.yaml"),
                text.replaceAll("/etc/([a-z-]+/)?([a-z.-]+)", folder + "/$2"));
    }
}
