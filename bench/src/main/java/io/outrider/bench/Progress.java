package io.outrider.bench;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** Lines that tell a person that the bench is alive, and where it is. */
final class Progress {
    private static final Duration EVERY = Duration.ofSeconds(5);

    private final PrintWriter out;
    private final long start = System.nanoTime();
    private long last;

    Progress(PrintWriter out) {
        this.out = out;
    }

    void say(String line) {
        last = System.nanoTime();
        out.println("%6.1f s  %s".formatted((last - start) / 1e9, line));
        out.flush();
    }

    /** Says how far a long step is, now and then. */
    void count(String what, long done, long all) {
        if (done == all || System.nanoTime() - last > EVERY.toNanos()) {
            say(String.format(Locale.ROOT, "  %s %,d of %,d", what, done, all));
        }
    }

    /** What a step cost, and what else ran meanwhile. */
    void say(String what, Usage usage) {
        say(
                String.format(
                        Locale.ROOT,
                        "  %s: %.1f s; server %.2f cores, generator %.2f, foreign %.2f",
                        what,
                        usage.wall().toMillis() / 1e3,
                        usage.serverCores(),
                        (double) usage.generator().toNanos() / usage.wall().toNanos(),
                        usage.foreignCores()));
    }
}
