package io.outrider.fleet;

import io.outrider.timer.Periodic;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the registry's file every few seconds and tells what is wrong with it before somebody
 * wants to change it, or the next start finds nothing to start with.
 */
public final class RegistryWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RegistryWatch.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

    private final Registry registry;
    private final Periodic looks;
    private volatile Optional<String> trouble = Optional.empty();

    private RegistryWatch(Registry registry) {
        this.registry = registry;
        look();
        looks = Periodic.start("registry-look", LOOK_EVERY, this::look);
    }

    public static RegistryWatch start(Registry registry) {
        return new RegistryWatch(registry);
    }

    /** What was wrong when it was looked at last. */
    public Optional<String> trouble() {
        return trouble;
    }

    private void look() {
        Optional<String> seen = registry.trouble();
        if (!seen.equals(trouble)) {
            trouble = seen;
            seen.ifPresentOrElse(
                    why ->
                            log.error(
                                    "The registry is what is in memory, until the next start: {}",
                                    why),
                    () -> log.info("The registry's file is in order again"));
        }
    }

    @Override
    public void close() {
        looks.close();
    }
}
