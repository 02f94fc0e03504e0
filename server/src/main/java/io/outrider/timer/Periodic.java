package io.outrider.timer;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something that is done again and again on a thread of its own, until this is closed. Where it
 * throws that is logged, and it is done the next time all the same: what looks for revoked
 * certificates must not have ended without a word. (The JDK's scheduled executors end it so.)
 */
public final class Periodic implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Periodic.class);

    private final String name;
    private final Runnable task;
    private final Thread thread;
    private boolean isFailing; // the thread's alone
    private volatile boolean closed;

    private Periodic(String name, Duration pause, Runnable task) {
        this.name = name;
        this.task = task;
        this.thread = Thread.ofVirtual().name(name).unstarted(() -> run(pause));
    }

    /**
     * Starts it.
     *
     * @param name of the thread, and in the log
     * @param pause before the first time, and between the end of each time and the next
     */
    public static Periodic start(String name, Duration pause, Runnable task) {
        var periodic = new Periodic(name, pause, task);
        periodic.thread.start();
        return periodic;
    }

    /** Interrupts what is under way, and does not wait for its end. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }

    private void run(Duration pause) {
        try {
            while (!closed) {
                Thread.sleep(pause);
                once();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void once() {
        try {
            task.run();
            if (isFailing) {
                isFailing = false;
                log.info("{} works again", name);
            }
        } catch (RuntimeException | Error e) {
            // An Error, too: a class that cannot be loaded while no file can be opened, say.
            if (!isFailing) {
                isFailing = true;
                log.error("{} fails, and is tried again and again", name, e);
            }
        }
    }
}
