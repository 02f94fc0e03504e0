package io.outrider.fleet;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the registry's file every few seconds and tells what is wrong with it before somebody
 * wants to change it, or the next start finds nothing to start with. One thread, until it is
 * closed.
 */
public final class RegistryWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RegistryWatch.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

    private final Registry registry;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("registry-watch").factory());
    private volatile Optional<String> trouble = Optional.empty();

    private RegistryWatch(Registry registry) {
        this.registry = registry;
    }

    public static RegistryWatch start(Registry registry) {
        var watch = new RegistryWatch(registry);
        var _ =
                watch.timer.scheduleWithFixedDelay(
                        watch::look, 0, LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        return watch;
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
        timer.shutdownNow();
    }
}
