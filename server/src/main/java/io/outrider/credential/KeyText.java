package io.outrider.credential;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the text of a key set is read. Waits; bounded in time and in size. */
@FunctionalInterface
interface KeyText {
    /**
     * Reads it again.
     *
     * @throws IOException whose message is a sentence for the operator
     */
    String read() throws IOException;

    /** Read whole each time: cheaper to understand than to ask whether a file has changed. */
    static KeyText ofFile(Path file) {
        return () -> {
            try (var in = Files.newInputStream(file)) {
                byte[] bytes = in.readNBytes(KeySet.BYTES_MAX + 1);
                return new String(bytes, StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new IOException("cannot read key set " + file + ": " + e, e);
            }
        };
    }

    static KeyText ofUrl(KeySource.OfUrl source) {
        return new JwksFetch(source)::fetch;
    }
}
