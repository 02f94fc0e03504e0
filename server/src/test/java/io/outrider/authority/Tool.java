package io.outrider.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program of Debian's, as a stranger would use it. */
final class Tool {
    private static final long SECONDS_MAX = 30;

    /** What the program did. */
    record Result(int status, String output) {
        Result succeeded() {
            assertThat(status).as(output).isZero();
            return this;
        }
    }

    private Tool() {}

    /** Runs the program in a directory; its output is what it says on both channels. */
    static Result run(Path directory, String... command) throws IOException, InterruptedException {
        requireInstalled(command[0]);
        Path output = Files.createTempFile(directory, "tool", ".out");
        Process process =
                new ProcessBuilder(List.of(command))
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        process.getOutputStream().close();
        if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            fail("no end after 30 s: " + String.join(" ", command));
        }
        String text = Files.readString(output, StandardCharsets.ISO_8859_1);
        Files.delete(output);
        return new Result(process.exitValue(), text);
    }

    private static void requireInstalled(String program) {
        if (!Files.isExecutable(Path.of("/usr/bin", program))) {
            fail("%1$s is missing: apt-get install %1$s".formatted(program));
        }
    }
}
