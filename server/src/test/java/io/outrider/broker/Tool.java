package io.outrider.broker;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command-line tool of Debian's. One that is not installed fails the test, and says how. */
record Tool(String command, String debianPackage) {
    static final Tool MOSQUITTO_PUB = new Tool("/usr/bin/mosquitto_pub", "mosquitto-clients");
    static final Tool MOSQUITTO_SUB = new Tool("/usr/bin/mosquitto_sub", "mosquitto-clients");
    static final Tool SHELL = new Tool("/bin/sh", "dash");
    static final Tool OPENSSL = new Tool("/usr/bin/openssl", "openssl");

    private static final int SECONDS_MAX = 20;

    /** What it printed on both streams, and its exit status. */
    record Result(int status, String output) {}

    Result run(Path directory, String... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "tool", ".txt");
        Process process = builder(arguments).redirectOutput(output.toFile()).start();
        // Nothing more to say: where a tool talks to its peer, it ends with its input.
        process.getOutputStream().close();
        if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            fail(command + " did not end in " + SECONDS_MAX + " s: " + Files.readString(output));
        }
        return new Result(process.exitValue(), Files.readString(output));
    }

    ProcessBuilder builder(String... arguments) {
        if (!Files.isExecutable(Path.of(command))) {
            fail("there is no " + command + ": apt-get install " + debianPackage);
        }
        var line = new java.util.ArrayList<>(List.of(command));
        line.addAll(List.of(arguments));
        return new ProcessBuilder(line).redirectErrorStream(true);
    }
}
