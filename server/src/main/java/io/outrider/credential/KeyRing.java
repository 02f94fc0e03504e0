package io.outrider.credential;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one issuer, kept fresh by one virtual thread. A source that fails leaves the last
 * good keys in use until they are too old. What readers see is one immutable value.
 */
final class KeyRing implements AutoCloseable {
    private static final Duration FILE_LOOKED_AT_EVERY = Duration.ofSeconds(5);
    private static final Duration RETRY_MAX = Duration.ofSeconds(30);

    /** However many tokens name unknown keys. */
    private static final Duration MISSES_HEEDED_EVERY = Duration.ofMinutes(1);

    private final TokenIssuer issuer;
    private final InstantSource clock;
    private final Consumer<IssuerStatus> changed;
    private final Semaphore missed = new Semaphore(0);
    private volatile Seen seen = new Seen(null, "", Optional.empty(), "never read yet");
    private Instant missesHeededFrom = Instant.MIN;
    private @Nullable IssuerStatus told;
    private @Nullable Thread thread;

    /**
     * @param text what the keys were read from
     * @param at when the source last had this text
     * @param trouble with the source; empty where there is none
     */
    private record Seen(@Nullable KeySet keys, String text, Optional<Instant> at, String trouble) {}

    /** What to verify with now. */
    sealed interface Held {
        record Usable(KeySet keys) implements Held {}

        record Unusable(String why) implements Held {}
    }

    KeyRing(TokenIssuer issuer, InstantSource clock, Consumer<IssuerStatus> changed) {
        this.issuer = issuer;
        this.clock = clock;
        this.changed = changed;
    }

    /** To be called once, before anything is asked. */
    void start() {
        switch (issuer.keys()) {
            case KeySource.Given _ -> {} // asked at each token
            case KeySource.OfFile(var file) -> {
                KeyText text = KeyText.ofFile(file);
                refresh(text);
                keepFresh(text, FILE_LOOKED_AT_EVERY, FILE_LOOKED_AT_EVERY);
            }
            case KeySource.OfUrl url ->
                    keepFresh(KeyText.ofUrl(url), Duration.ZERO, issuer.refreshEvery());
        }
    }

    TokenIssuer issuer() {
        return issuer;
    }

    Held held() {
        if (issuer.keys() instanceof KeySource.Given(var supplier)) {
            return usable(supplier.get());
        }
        Seen now = seen;
        if (now.keys() == null || now.at().isEmpty()) {
            return new Held.Unusable(now.trouble());
        }
        if (now.at().get().plus(issuer.keysAgeMax()).isBefore(clock.instant())) {
            return new Held.Unusable(
                    "keys last seen at %s are too old: %s"
                            .formatted(now.at().get(), now.trouble()));
        }
        return usable(now.keys());
    }

    private Held usable(KeySet keys) {
        return keys.size() > 0
                ? new Held.Usable(keys)
                : new Held.Unusable(place() + ": no key in it can be used");
    }

    /** A token named a key that is not here: perhaps it is new. Returns at once. */
    void missed() {
        synchronized (missed) {
            Instant now = clock.instant();
            if (now.isBefore(missesHeededFrom)) {
                return;
            }
            missesHeededFrom = now.plus(MISSES_HEEDED_EVERY);
        }
        missed.release();
    }

    IssuerStatus status() {
        Held held = held();
        Seen now = seen;
        KeySet keys =
                issuer.keys() instanceof KeySource.Given(var supplier)
                        ? supplier.get()
                        : now.keys();
        var troubles = new ArrayList<String>();
        if (held instanceof Held.Unusable(var why)) {
            troubles.add(why);
        } else if (!now.trouble().isEmpty() && !(issuer.keys() instanceof KeySource.Given)) {
            troubles.add(now.trouble());
        }
        if (keys != null) {
            keys.troubles().forEach(trouble -> troubles.add(place() + ": " + trouble));
        }
        return new IssuerStatus(
                issuer.issuer(),
                keys == null ? 0 : keys.size(),
                now.at(),
                held instanceof Held.Usable,
                List.copyOf(troubles));
    }

    private void keepFresh(KeyText source, Duration first, Duration every) {
        thread =
                Thread.ofVirtual()
                        .name("keys-of-" + issuer.issuer())
                        .start(() -> keepFreshUntilInterrupted(source, first, every));
    }

    private void keepFreshUntilInterrupted(KeyText source, Duration first, Duration every) {
        Duration retry = every.compareTo(RETRY_MAX) < 0 ? every : RETRY_MAX;
        Duration pause = first;
        try {
            while (true) {
                boolean ignored = missed.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS);
                pause = refresh(source) ? every : retry;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /** Whether the source had keys. */
    private boolean refresh(KeyText source) {
        Seen before = seen;
        seen = read(source, before);
        tell();
        return seen.trouble().isEmpty();
    }

    private Seen read(KeyText source, Seen before) {
        try {
            String text = source.read();
            Optional<Instant> now = Optional.of(clock.instant());
            if (before.keys() != null && text.equals(before.text())) {
                return new Seen(before.keys(), text, now, "");
            }
            return switch (KeySet.parse(text)) {
                case KeySet.Read.Good(var keys) -> new Seen(keys, text, now, "");
                case KeySet.Read.Broken(var why) -> withTrouble(before, place() + ": " + why);
            };
        } catch (IOException e) {
            return withTrouble(before, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            // A client without file descriptors, a key that a library stumbles over: were it not
            // caught, this thread would end, and no better keys would ever be read.
            return withTrouble(before, place() + " cannot be read: " + e);
        }
    }

    /** Where its keys stand, for people. */
    private String place() {
        return switch (issuer.keys()) {
            case KeySource.OfFile(var file) -> "key set " + file;
            case KeySource.OfUrl(var url, _) -> "key set " + url;
            case KeySource.Given _ -> "keys of our own";
        };
    }

    private static Seen withTrouble(Seen before, String trouble) {
        return new Seen(before.keys(), before.text(), before.at(), trouble);
    }

    private void tell() {
        IssuerStatus status = status();
        if (told == null || !told.saysAsMuchAs(status)) {
            told = status;
            changed.accept(status);
        }
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
