package io.outrider.bench;

import java.nio.file.Files;
import java.nio.file.Path;

/** The folder that the sources were checked out into, from which {@code bench/run} is started. */
final class Checkout {
    private Checkout() {}

    static Path root() throws BenchException {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.isExecutable(here.resolve("outrider"))) {
            Path parent = here.getParent();
            if (parent == null) {
                throw new BenchException("run the bench from inside the checkout");
            }
            here = parent;
        }
        return here;
    }
}
