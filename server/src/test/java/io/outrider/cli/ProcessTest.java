package io.outrider.cli;

import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.Checkout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whose the process of a server is, and where it has its native libraries from. */
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

    @Test
    void it_serves_where_nothing_may_run_from_the_folder_for_temporary_files() throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("temporary"));
        assertThat(run("mount", "-t", "tmpfs", "-o", "size=64m,noexec", "tmpfs", temporary))
                .as("a file system of its own needs root: sudo make check")
                .isZero();
        try (var server = start(builder -> byTheLauncher(builder, temporary))) {
            assertThat(server.log()).contains("Outrider serves").doesNotContain(NO_LIBRARY);
            assertThat(temporary).isEmptyDirectory();
            assertTakesATracker(server);
        } finally {
            run("umount", temporary);
        }
    }

    /**
     * As {@code ./outrider} starts it from a checkout, but for the class path: there is no jar of
     * ours before the tests.
     */
    private void byTheLauncher(ProcessBuilder builder, Path temporary) {
        List<String> command = builder.command();
        int main = command.indexOf(Main.class.getName());
        String classPath = command.get(main - 1);
        try {
            Path checkout = folder.resolve("a checkout");
            Files.createDirectories(checkout.resolve("bin"));
            Path jdk = folder.resolve("jdk");
            Path bin = Files.createDirectories(jdk.resolve("bin"));
            for (String file : List.of("outrider", "bin/java-home")) {
                Path copy = checkout.resolve(file);
                Files.copy(Checkout.root().resolve(file), copy, COPY_ATTRIBUTES);
            }
            Files.createDirectories(checkout.resolve("server/target/lib"));
            Files.createSymbolicLink(
                    checkout.resolve("server/target/native"),
                    Checkout.root().resolve("server/target/native"));
            Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25\"\n");
            executable(bin.resolve("javac"), "exit 1");
            executable(
                    bin.resolve("java"),
                    """
                    while [ "$1" != -cp ]; do options+=("$1"); shift; done
                    exec '%s' "${options[@]}" -cp '%s' "${@:3}"
                    """
                            .formatted(command.getFirst(), classPath));
            builder.environment().put("JAVA_HOME", jdk.toString());
            builder.environment().put("OUTRIDER_JAVA_OPTIONS", "-Djava.io.tmpdir=" + temporary);
            List<String> arguments = List.copyOf(command.subList(main + 1, command.size()));
            command.clear();
            command.add(checkout.resolve("outrider").toString());
            command.addAll(arguments);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void executable(Path file, String script) throws IOException {
        Files.writeString(file, "#!/bin/bash\n" + script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static int run(Object... command) throws IOException, InterruptedException {
        List<String> words = Stream.of(command).map(Object::toString).toList();
        return new ProcessBuilder(words).inheritIO().start().waitFor();
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
