package io.outrider.credential;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Looks at passwords that peers send in the clear of their TLS connection. A few threads of its own
 * compute, so that no caller waits, memory is bounded by {@code atOnce} x 4 MiB, and guesses cannot
 * take every core. Safe for use by many threads.
 */
public final class Passwords implements AutoCloseable {
    private final PasswordSource source;
    private final StoredPassword nobodys;
    private final ThreadPoolExecutor workers;
    private final int strangersWaitingMax;

    /** Who asks. */
    public enum Precedence {
        /** A peer of which nothing is known: gets at most half the queue. */
        STRANGER,
        /**
         * From where this name has come before (see {@link Guesses}): strangers never fill its
         * half.
         */
        KNOWN
    }

    /**
     * Computes nothing but its own decoy's hash yet.
     *
     * @param atOnce computations at once, 1 to 64
     * @param waitingMax requests that may wait for one, at least 2
     */
    public Passwords(PasswordSource source, int atOnce, int waitingMax) {
        if (atOnce < 1 || atOnce > 64 || waitingMax < 2) {
            throw new IllegalArgumentException("1 to 64 at once, 2 or more waiting");
        }
        this.source = source;
        this.strangersWaitingMax = waitingMax / 2;
        this.workers =
                new ThreadPoolExecutor(
                        atOnce,
                        atOnce,
                        1,
                        TimeUnit.MINUTES,
                        new ArrayBlockingQueue<>(waitingMax),
                        Thread.ofPlatform().daemon().name("password-", 0).factory());
        try (var password = Password.generate(new SecureRandom())) {
            this.nobodys = password.stored();
        }
    }

    /**
     * Takes as long for a name that does not exist as for one that does. The stage always completes
     * with a value; it completes on one of our threads, or on the caller's where nothing had to be
     * computed.
     *
     * @param given copied; the caller's bytes are its own to wipe
     */
    public CompletionStage<PasswordCheck> verify(String name, byte[] given, Precedence who) {
        Optional<String> objection = Password.parseGiven(given);
        if (objection.isPresent()) {
            return CompletableFuture.completedStage(new PasswordCheck.Wrong(objection.get()));
        }
        if (who == Precedence.STRANGER && workers.getQueue().size() >= strangersWaitingMax) {
            return CompletableFuture.completedStage(new PasswordCheck.Busy());
        }
        var request = new Request(name, given.clone(), new CompletableFuture<>());
        try {
            workers.execute(request);
        } catch (RejectedExecutionException e) {
            request.drop();
        }
        return request.answer;
    }

    private final class Request implements Runnable {
        private final String name;
        private final byte[] password;
        private final CompletableFuture<PasswordCheck> answer;

        Request(String name, byte[] password, CompletableFuture<PasswordCheck> answer) {
            this.name = name;
            this.password = password;
            this.answer = answer;
        }

        @Override
        public void run() {
            try {
                answer.complete(compute());
            } finally {
                drop(); // where the source threw, which this thread reports: nobody gets in
            }
        }

        private PasswordCheck compute() {
            Optional<StoredPassword> stored = source.passwordOf(name);
            boolean same = stored.orElse(nobodys).matches(password);
            return same && stored.isPresent()
                    ? new PasswordCheck.Right(name)
                    : new PasswordCheck.Wrong("unknown name or wrong password");
        }

        void drop() {
            Arrays.fill(password, (byte) 0);
            answer.complete(new PasswordCheck.Busy());
        }
    }

    /** What waits still is answered {@code Busy}. */
    @Override
    public void close() {
        for (Runnable waiting : workers.shutdownNow()) {
            if (waiting instanceof Request request) {
                request.drop();
            }
        }
    }
}
