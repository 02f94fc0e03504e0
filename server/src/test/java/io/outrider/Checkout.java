package io.outrider;

import java.nio.file.Files;
import java.nio.file.Path;

/** The folder that the sources were checked out into. */
public final class Checkout {
    private Checkout() {}

    public static Path root() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.isRegularFile(here.resolve("ARCHITECTURE.md"))) {
            Path parent = here.getParent();
            if (parent == null) {
                throw new IllegalStateException("run the tests from inside the checkout");
            }
            here = parent;
        }
        return here;
    }
}
