package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.cli.ServerProcess.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What an operator can get wrong: a short error that says what to do, exit status 2, nothing half
 * made.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class BadInputTest {
    @TempDir Path folder;

    static Stream<List<String>> mistakes() {
        return Stream.of(
                List.of(),
                List.of("fleet"),
                List.of("nonsense"),
                List.of("fleet", "create", "acme", "--data", "DIR/absent"),
                List.of("fleet", "create", "Acme Inc", "--data", "DIR"),
                List.of("fleet", "create", "../../etc", "--data", "DIR"),
                List.of("fleet", "add", "truck-7", "--data", "DIR"),
                List.of("fleet", "add", "acme.truck-7.x", "--data", "DIR"),
                List.of("fleet", "add", "acme.+", "--data", "DIR"),
                List.of("fleet", "quarantine", "acme", "--data", "DIR"),
                List.of("fleet", "quarantine", "acme.truck-7", "--data", ""),
                List.of("fleet", "quarantine", "acme.truck-7", "--data", "DIR/\uFFFD"),
                List.of("fleet", "quarantine", "x".repeat(70_000), "--data", "DIR"),
                List.of("policy", "explain", "lake", "publish", "a", "--qos", "3", "--data", "DIR"),
                List.of("fleet", "revoke", "--data", "DIR"),
                List.of("fleet", "password", "acme.+", "--data", "DIR"),
                List.of("policy"),
                List.of("policy", "explain", "acme.truck-7", "publish", "--data", "DIR"),
                List.of("policy", "explain", "a/b", "publish", "a", "--data", "DIR"),
                List.of("policy", "allow", "acme", "--data", "DIR"),
                List.of("policy", "allow", "acme", "--method", "anonymous", "--data", "DIR"),
                List.of("policy", "allow", "acme", "--method", "token", "--default"),
                List.of("token"),
                List.of("token", "issue", "lake", "--data", "DIR"),
                List.of("token", "issue", "a/b", "--for", "1h", "--data", "DIR"),
                List.of("token", "issue", "lake", "--for", "soon", "--data", "DIR"),
                List.of("client"),
                List.of("client", "add", "Lake", "--out", "DIR/out", "--data", "DIR"),
                List.of("client", "add", "lake", "--method", "none", "--out", "DIR/out"),
                List.of("client", "add", "lake", "--may-publish", "a#", "--out", "DIR/out"),
                List.of("client", "add", "lake", "--may-subscribe", "$share/g/a"),
                List.of("client", "add", "lake", "--may-subscribe", "#", "--out", "DIR/out"),
                List.of("client", "grant", "lake", "--data", "DIR"),
                List.of("client", "show", "lake.1", "--data", "DIR"),
                List.of("positions", "acme", "--data", "DIR"),
                List.of("positions", "acme.truck-7", "--from", "yesterday", "--data", "DIR"),
                List.of("positions", "acme.truck-7", "--to", "2026-13-01", "--data", "DIR"),
                List.of("positions", "acme.truck-7", "--format", "xml", "--data", "DIR"),
                List.of("serve", "--data", "DIR", "--config", "DIR/absent.yaml"),
                List.of("demo", "--trackers", "0"),
                List.of("demo", "--trackers", "1001"),
                List.of("demo", "--for", "soon"),
                List.of("tracker"),
                List.of("tracker", "enrol", "token", "--state", "DIR/state"),
                List.of("tracker", "enrol", "outrider1.AAAA", "--state", "DIR/state"),
                List.of("tracker", "run", "--state", "DIR/state", "--nmea", "DIR/absent.log"),
                List.of("tracker", "run", "--state", "DIR/state", "--nmea", "-", "--pace", "slow"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void a_mistake_gets_a_short_error_and_leaves_nothing(List<String> command) throws Exception {
        String[] arguments =
                command.stream()
                        .map(word -> word.replace("DIR", folder.toString()))
                        .toArray(String[]::new);

        Ran ran = Ran.command(arguments);

        assertThat(ran.status()).as(ran.errors()).isEqualTo(2);
        assertThat(ran.errors().strip())
                .isNotEmpty()
                .hasSizeLessThan(3_000)
                .doesNotContain("\tat ")
                .doesNotContain("Exception");
        assertThat(ran.output()).isEmpty();
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void an_argument_that_is_no_text_or_too_long_is_refused_before_anything_reads_it() {
        assertThat(Ran.command("client", "add", "lake", "--may-publish", "a/\uFFFD").errors())
                .contains("argument 5 ('a/\uFFFD') is no text that can be read", "LC_ALL");
        assertThat(Ran.command("fleet", "create", "x".repeat(4_097)).errors())
                .contains("argument 3 has 4097 characters; 4096 are the most");
    }

    @Test
    void a_configuration_with_mistakes_starts_nothing() throws Exception {
        Path config =
                Files.writeString(
                        folder.resolve("outrider.yaml"), "mqtt: {port: 99999}\nname: x\n");
        Path data = folder.resolve("data");

        Ran ran = Ran.command("serve", "--data", data.toString(), "--config", config.toString());

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.errors()).contains(":1: mqtt.port").contains(":2: unknown key 'name'");
        assertThat(data).doesNotExist();
    }

    @Test
    void a_data_directory_that_others_can_read_is_refused() throws Exception {
        Path data = Files.createDirectory(folder.resolve("open"));
        Files.setPosixFilePermissions(
                data, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));

        Ran ran = Ran.command("serve", "--data", data.toString());

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.errors()).contains("chmod 700");
        try (Stream<Path> made = Files.list(data)) {
            assertThat(made).isEmpty();
        }
    }
}
