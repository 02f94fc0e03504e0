package io.outrider.tracker;

import io.outrider.position.Run;
import io.outrider.position.RunCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs that the backend refused twice, in a file of bounded size, for whoever wants to know why:
 * one line each with time, first sequence, count, answer, and the plaintext in hexadecimal
 * (docs/protocol.md, section 9, relative to 0).
 */
final class Aside {
    private static final Logger LOG = LoggerFactory.getLogger(Aside.class);
    private static final long BYTES_MAX = 1 << 20;

    private final Path file;

    Aside(Path file) {
        this.file = file;
    }

    void keep(Instant at, Run run, String answer) {
        String line =
                "%s %d %d \"%s\" %s\n"
                        .formatted(
                                at,
                                run.firstSequence(),
                                run.count(),
                                answer.replaceAll("[^ -~]|\"", "?"),
                                HexFormat.of().formatHex(RunCodec.encode(run, 0, 0)));
        try {
            if (!Files.exists(file)) {
                TrackerFiles.replace(file, new byte[0]);
            }
            if (Files.size(file) + line.length() <= BYTES_MAX) {
                Files.write(
                        file, line.getBytes(StandardCharsets.US_ASCII), StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            LOG.warn("What was refused could not be kept for inspection: {}", e.toString());
        }
    }
}
