package io.outrider.cli;

import io.outrider.keys.OperatorException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs the server until it is told to stop. */
@Command(
        name = "serve",
        description =
                "Runs the server: broker, enrolment, store and map in one process. The first start"
                        + " makes everything that it needs in the data directory.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  outrider serve --data /var/lib/outrider",
            "  outrider serve --data /var/lib/outrider --config /etc/outrider.yaml"
        })
final class ServeCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private ServerOptions options = new ServerOptions();

    @Override
    public Integer call() throws OperatorException, IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Config config = options.config();
        DataDirectory directory = DataDirectory.create(options.data());
        try (var _ = directory.tryLock().orElseThrow(() -> taken(directory));
                var stop = new StopSignal();
                var server = Server.start(directory, config, InstantSource.system())) {
            greet(out, directory, config, server);
            stop.await();
            out.println("Stopping.");
        }
        return 0;
    }

    private static OperatorException taken(DataDirectory directory) {
        return new OperatorException(
                "another server runs in " + directory.path(),
                "Stop it first, or give another --data DIR.");
    }

    static void greet(PrintWriter out, DataDirectory directory, Config config, Server server)
            throws IOException {
        String name = config.names().getFirst();
        String map = "https://" + mapHost(config) + ":" + config.dashboard().port() + "/";
        out.println("Outrider serves " + directory.path());
        out.println("  trackers   mqtts://" + name + ":" + config.mqtt().port());
        out.println("  enrolment  https://" + name + ":" + config.enrolment().port());
        out.println("  map        " + map);
        server.setUpToken()
                .ifPresent(token -> {
                    out.println();
                    out.println(
                            "Nobody can log in yet. Choose the administrator's password here,"
                                    + " once, within 24 hours:");
                    out.println("  " + map + "setup#" + token);
                });
        if (isRoots(directory.socket())) {
            out.println();
            out.println(
                    "Warning: this runs as root and needs no right of root's."
                            + " Give it a user of its own, who owns "
                            + directory.path()
                            + ".");
        }
        LegacyNote.of(config).ifPresent(note -> out.println("\nWarning: " + note + "."));
        if (server.isPassphraseNew()) {
            out.println();
            out.println(
                    "Warning: the passphrase of all private keys lies beside them:"
                            + " whoever copies the directory has both.");
            out.println(
                    "  Move it:  mv " + directory.passphraseFile() + " /etc/outrider.passphrase");
            out.println(
                    "  and say so in "
                            + directory.configFile()
                            + ":  passphrase-file: /etc/outrider.passphrase");
        }
        out.flush();
    }

    /** A file that this process has just made tells whose it is; no list of users is asked. */
    private static boolean isRoots(Path made) throws IOException {
        return Files.getAttribute(made, "unix:uid").equals(0);
    }

    /** A name that the certificate has and that leads to where the dashboard listens. */
    static String mapHost(Config config) {
        if (config.dashboard().address().isLoopbackAddress()
                && config.names().contains("localhost")) {
            return "localhost";
        }
        return config.names().getFirst();
    }

    /**
     * SIGTERM or SIGINT. The process goes on until this is closed, so that what was opened is
     * closed in order.
     */
    static final class StopSignal implements AutoCloseable {
        private final CountDownLatch asked = new CountDownLatch(1);
        private final CountDownLatch done = new CountDownLatch(1);

        StopSignal() {
            Runtime.getRuntime()
                    .addShutdownHook(
                            new Thread(
                                    () -> {
                                        asked.countDown();
                                        awaitDone();
                                    },
                                    "stop"));
        }

        void await() throws InterruptedException {
            asked.await();
        }

        boolean await(java.time.Duration max) throws InterruptedException {
            return asked.await(max.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
        }

        private void awaitDone() {
            try {
                done.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            done.countDown();
        }
    }
}
