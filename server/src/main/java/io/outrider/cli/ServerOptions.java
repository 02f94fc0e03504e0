package io.outrider.cli;

import io.outrider.keys.OperatorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/**
 * Where a command finds the server that it asks: in another process, or opened for the one
 * question.
 */
final class ServerOptions {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${env:OUTRIDER_DATA:-outrider-data}",
            description =
                    "The server's data directory (default: $OUTRIDER_DATA or ${DEFAULT-VALUE}).")
    private Path data = Path.of("outrider-data");

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "The server's configuration (default: outrider.yaml in the data directory).")
    private @org.jspecify.annotations.Nullable Path configFile;

    Path data() {
        return data;
    }

    /** The file that was named, or the one in the data directory, or what holds without any. */
    Config config() throws OperatorException {
        if (configFile != null) {
            return Config.read(configFile);
        }
        Path file = data.resolve(DataDirectory.CONFIG_FILE);
        return Files.exists(file) ? Config.read(file) : Config.defaults();
    }

    /**
     * Asks the running server over its socket; where none runs, takes the directory's lock and does
     * the work here.
     */
    void ask(Operations.Request request, Operations.Rows rows) throws OperatorException {
        DataDirectory directory = DataDirectory.existing(data);
        Optional<ControlClient> running = ControlClient.find(directory.socket());
        if (running.isPresent()) {
            running.get().perform(request, rows);
            return;
        }
        Config config = config();
        try (var _ = lock(directory);
                var backend = Backend.open(directory, config, InstantSource.system())) {
            new ServerOperations(backend, config, InstantSource.system(), Map::of, List::of)
                    .perform(request, rows);
        } catch (IOException e) {
            throw new OperatorException(
                    "cannot read " + directory.path() + " (" + e.getMessage() + ")", "", e);
        }
    }

    static DataDirectory.Lock lock(DataDirectory directory) throws OperatorException {
        return directory
                .tryLock()
                .orElseThrow(() ->
                        new OperatorException(
                                "a server that is just starting or stopping holds "
                                        + directory.path(),
                                "Try again in a moment."));
    }
}
