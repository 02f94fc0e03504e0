package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outrider.keys.OperatorException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTest {
    @TempDir Path directory;

    @Test
    void without_a_file_the_dashboard_is_on_loopback_and_trackers_can_come() throws Exception {
        Config config = Config.defaults();

        assertThat(config.dashboard().address().isLoopbackAddress()).isTrue();
        assertThat(config.mqtt().address().isAnyLocalAddress()).isTrue();
        assertThat(config.mqtt().port()).isEqualTo(8883);
        assertThat(config.enrolment().port()).isEqualTo(8444);
        assertThat(config.dashboard().port()).isEqualTo(8443);
    }

    @Test
    void a_file_sets_what_it_names_and_nothing_else() throws Exception {
        Config config =
                read(
                        """
                        installation: fleet.example.org
                        names: [tracker.example.org, 192.0.2.7, "2001:db8::7"]
                        mqtt:
                          address: 192.0.2.7
                          port: 9883
                        """);

        assertThat(config.installation()).isEqualTo("fleet.example.org");
        assertThat(config.names())
                .containsExactly("tracker.example.org", "192.0.2.7", "2001:db8::7");
        assertThat(config.mqtt().port()).isEqualTo(9883);
        assertThat(config.dashboard().port()).isEqualTo(8443);
    }

    @Test
    void all_problems_are_told_at_once_each_with_its_line() {
        assertThatThrownBy(() ->
                        read(
                                """
                                installation: Not A Name
                                names: []
                                mqtt:
                                  port: 0
                                  adress: 0.0.0.0
                                dashboard:
                                  address: example.org
                                  port: 8444
                                passphrase-file: /nowhere/at/all
                                """))
                .isInstanceOfSatisfying(
                        OperatorException.class,
                        e ->
                                assertThat(String.valueOf(e.getMessage()).lines())
                                        .satisfiesExactly(
                                                line ->
                                                        assertThat(line)
                                                                .contains(":1: installation"),
                                                line -> assertThat(line).contains(":2: names"),
                                                line -> assertThat(line).contains(":4: mqtt.port"),
                                                line ->
                                                        assertThat(line)
                                                                .contains(
                                                                        ":5: unknown key 'mqtt.adress'"),
                                                line ->
                                                        assertThat(line)
                                                                .contains(":7: dashboard.address"),
                                                line ->
                                                        assertThat(line)
                                                                .contains(
                                                                        ":8: dashboard.port is the same"),
                                                line ->
                                                        assertThat(line)
                                                                .contains(":9: passphrase-file")));
    }

    @Test
    void no_key_switches_a_check_off() {
        for (String key : new String[] {"insecure: true", "tls: off", "allow-anonymous: true"}) {
            assertThatThrownBy(() -> read(key)).hasMessageContaining("unknown key");
        }
    }

    @Test
    void what_is_no_yaml_names_the_line() {
        assertThatThrownBy(() -> read("names: [a\nmqtt: }")).hasMessageContaining(":2: not YAML");
        assertThatThrownBy(() -> read("just words")).hasMessageContaining("must hold keys");
        assertThatThrownBy(() -> read("a: &a [*a]")).isInstanceOf(OperatorException.class);
        assertThatThrownBy(() -> Config.read(directory.resolve("absent.yaml")))
                .isInstanceOf(OperatorException.class);
    }

    @Test
    void the_same_key_twice_is_an_error() {
        assertThatThrownBy(() -> read("installation: a.b\ninstallation: c.d\n"))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining(":2:");
    }

    private Config read(String yaml) throws Exception {
        return Config.read(Files.writeString(directory.resolve("outrider.yaml"), yaml));
    }
}
