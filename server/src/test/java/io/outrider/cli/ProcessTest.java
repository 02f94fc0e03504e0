package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whose the process of a server is, and that it serves without its native library. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ProcessTest {
    private static final String ROOT = "Warning: this runs as root";
    private static final String NO_LIBRARY = "the native ECDSA does not load";
    private static final int NOBODY = 65_534;

    @TempDir Path folder;

    @Test
    void as_root_it_warns_and_without_its_library_it_says_so_and_serves() throws Exception {
        assertThat(Files.getAttribute(folder, "unix:uid"))
                .as("this test needs root: sudo make check")
                .isEqualTo(0);
        // A name is only what the system's list of users says, where it says any.
        String options =
                "-Duser.name=somebody"
                        // Looked for where the system has its libraries, where it is not.
                        + " -Dcom.amazon.corretto.crypto.provider.useExternalLib=true";
        try (var server = start(with("JAVA_TOOL_OPTIONS", options))) {
            assertThat(server.log()).contains(ROOT).containsOnlyOnce(NO_LIBRARY);
            assertTakesATracker(server);
        }
    }

    @Test
    void as_somebody_else_it_warns_of_neither() throws Exception {
        try (var server = start(this::asNobody)) {
            assertThat(server.log()).contains("Outrider serves").doesNotContain(ROOT, NO_LIBRARY);
            assertTakesATracker(server);
        }
    }

    private ServerProcess start(Consumer<ProcessBuilder> how) throws Exception {
        return ServerProcess.start(folder, folder.resolve("server.log"), "", how);
    }

    private void assertTakesATracker(ServerProcess server) throws Exception {
        server.run("fleet", "create", "acme");
        Path state = folder.resolve("truck-1");
        server.enrol("acme.truck-1", state);
        try (var socket =
                EnrolledSocket.open(
                        EnrolledSocket.context(state), "127.0.0.1", server.port("trackers"))) {
            assertThat(socket.connect("acme.truck-1")).isZero();
        }
    }

    private static Consumer<ProcessBuilder> with(String variable, String value) {
        return builder -> builder.environment().put(variable, value);
    }

    /** Who may read everything, so that the class path may lie anywhere, and no more. */
    private void asNobody(ProcessBuilder builder) {
        Path data = folder.resolve("data");
        try {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            for (Path file : List.of(data, data.resolve("outrider.yaml"))) {
                Files.setAttribute(file, "unix:uid", NOBODY);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("this test needs root: sudo make check", e);
        }
        String user = "--reuid=%1$d --regid=%1$d --clear-groups".formatted(NOBODY);
        String rights = "--inh-caps=+dac_read_search --ambient-caps=+dac_read_search";
        builder.command().addAll(0, List.of(("setpriv " + user + " " + rights).split(" ", -1)));
    }
}
