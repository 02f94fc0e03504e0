package io.outrider.protocol;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Recorded tracks and logs that are not part of the project; where they are missing, one line says
 * so.
 */
public final class SharedData {
    private SharedData() {}

    /**
     * A file below the folder of -Doutrider.data, OUTRIDER_DATA, or ../shared/data beside the
     * project.
     */
    public static Optional<Path> find(String relative) {
        Path file = folder().resolve(relative);
        if (Files.exists(file)) {
            return Optional.of(file);
        }
        System.out.println("left out: " + relative + " is not in " + folder());
        return Optional.empty();
    }

    private static Path folder() {
        String property = System.getProperty("outrider.data");
        if (property != null) {
            return Path.of(property);
        }
        String environment = System.getenv("OUTRIDER_DATA");
        return environment != null ? Path.of(environment) : Path.of("../../shared/data");
    }
}
