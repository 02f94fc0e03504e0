package io.outrider.credential;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Slows down whoever guesses. Knows nothing of which names exist, so that a name that does not is
 * slowed down like one that does. Guarded by its own monitor; no call takes longer than a few map
 * lookups.
 *
 * <p>Two kinds of peers. A <em>stranger</em> is counted by its address prefix, by the name that it
 * claims from there, and by that name wherever it comes from. A name that has succeeded from this
 * prefix before is <em>known</em> here, and is counted by that name and its very address alone:
 * whatever strangers do, from wherever else, does not reach it. What strangers do together to one
 * name delays only other strangers under that name, and by little, for its owner may come from a
 * new place.
 *
 * <p>An attempt counts as failed when it begins and is taken back when it succeeds: a thousand at
 * once gain nothing.
 */
public final class Guesses {
    private static final int NAME_CHARS_MAX = 80;

    private final InstantSource clock;
    private final FailureTable byPrefix;
    private final FailureTable byNameAndPrefix;
    private final FailureTable byName;
    private final FailureTable byKnown;
    private final KnownPlaces places;

    /**
     * How failures of one kind close its key.
     *
     * @param free failures that cost nothing
     * @param delayMax what the delay grows to; it begins with a second and doubles
     */
    public record Damping(int free, Duration delayMax) {
        public Damping {
            if (free < 0 || delayMax.isNegative() || delayMax.isZero()) {
                throw new IllegalArgumentException("free failures and a positive delay");
            }
        }
    }

    /**
     * What is damped how.
     *
     * @param prefix all names from one prefix
     * @param nameAndPrefix one name from one prefix
     * @param name one name from all prefixes where it is not known; keep the delay small
     * @param known one name from one address in a prefix where it is known; keep the delay small
     * @param forgivenAfter without a failure, a key is as new after this
     */
    public record Limits(
            Damping prefix,
            Damping nameAndPrefix,
            Damping name,
            Damping known,
            Duration forgivenAfter) {
        /**
         * For passwords of 140 bits, which nobody guesses: the delays save computing and log lines,
         * so they need not be long, and a tracker that is new in a prefix full of guesses waits no
         * longer than half a minute.
         */
        public static final Limits GENERATED =
                new Limits(
                        new Damping(50, Duration.ofSeconds(30)),
                        new Damping(5, Duration.ofSeconds(30)),
                        new Damping(20, Duration.ofSeconds(5)),
                        new Damping(20, Duration.ofSeconds(5)),
                        Duration.ofHours(1));
    }

    /** Whether an attempt may be made now. */
    public sealed interface Answer {
        /** It may. Unless it is told otherwise, it has failed. */
        record Go(Attempt attempt) implements Answer {}

        /** Not before this has passed. It was not counted. */
        record Wait(Duration time) implements Answer {}
    }

    public Guesses(Limits limits, InstantSource clock) {
        this.clock = clock;
        this.byPrefix = new FailureTable(limits.prefix(), limits.forgivenAfter());
        this.byNameAndPrefix = new FailureTable(limits.nameAndPrefix(), limits.forgivenAfter());
        this.byName = new FailureTable(limits.name(), limits.forgivenAfter());
        this.byKnown = new FailureTable(limits.known(), limits.forgivenAfter());
        this.places = new KnownPlaces();
    }

    /**
     * Asks for one attempt and counts it.
     *
     * @param name as claimed, of any length and content
     */
    public synchronized Answer begin(String name, InetAddress address) {
        Instant now = clock.instant();
        String prefix = prefix(address);
        String bounded = bounded(name);
        boolean known = places.contains(bounded, prefix);
        List<Counted> counted = counted(bounded, address, known);
        Instant openAt = now;
        for (Counted each : counted) {
            Instant closedUntil = each.table.closedUntil(each.key, now);
            openAt = closedUntil.isAfter(openAt) ? closedUntil : openAt;
        }
        if (openAt.isAfter(now)) {
            return new Answer.Wait(Duration.between(now, openAt));
        }
        counted.forEach(each -> each.table.count(each.key, now));
        return new Answer.Go(new Attempt(bounded, prefix, known, counted, now));
    }

    /** How many keys are held. For the tests of the bound. */
    synchronized int size() {
        return byPrefix.size() + byNameAndPrefix.size() + byName.size() + byKnown.size();
    }

    private List<Counted> counted(String name, InetAddress address, boolean known) {
        if (known) {
            return List.of(new Counted(byKnown, host(address) + " " + name));
        }
        String prefix = prefix(address);
        return List.of(
                new Counted(byPrefix, prefix),
                new Counted(byNameAndPrefix, prefix + " " + name),
                new Counted(byName, name));
    }

    /** /24 of IPv4, /56 of IPv6: what one subscriber of a network can have for the asking. */
    private static String prefix(InetAddress address) {
        return first(address, address instanceof Inet6Address ? 7 : 3);
    }

    /** All of an IPv4 address, /64 of IPv6: one machine, or those behind one translator. */
    private static String host(InetAddress address) {
        return first(address, address instanceof Inet6Address ? 8 : 4);
    }

    private static String first(InetAddress address, int bytes) {
        return HexFormat.of().formatHex(Arrays.copyOf(address.getAddress(), bytes));
    }

    /** No name of ours is as long; what is longer shares its failures. */
    private static String bounded(String name) {
        return name.length() > NAME_CHARS_MAX ? name.substring(0, NAME_CHARS_MAX) : name;
    }

    private record Counted(FailureTable table, String key) {}

    /** One attempt under way. To be told its end once; more often changes nothing. */
    public final class Attempt {
        private final String name;
        private final String prefix;
        private final boolean known;
        private final List<Counted> counted;
        private final Instant begun;
        private boolean ended;

        private Attempt(
                String name, String prefix, boolean known, List<Counted> counted, Instant begun) {
            this.name = name;
            this.prefix = prefix;
            this.known = known;
            this.counted = counted;
            this.begun = begun;
        }

        /** Whether this name has succeeded from this prefix before. */
        public boolean isKnownHere() {
            return known;
        }

        /**
         * It was right. From here on the name is known here, and what failed under it from here is
         * forgotten; of the prefix only this attempt is, or one right password would buy guesses at
         * others.
         */
        public void succeeded() {
            synchronized (Guesses.this) {
                if (takeBack()) {
                    places.add(name, prefix);
                    counted.stream()
                            .filter(each -> each.table == byKnown || each.table == byNameAndPrefix)
                            .forEach(each -> each.table.forget(each.key));
                }
            }
        }

        /** It was neither right nor wrong: nobody looked. */
        public void withdrawn() {
            synchronized (Guesses.this) {
                takeBack();
            }
        }

        /** It was wrong, which it is counted as already. */
        public void failed() {
            synchronized (Guesses.this) {
                ended = true;
            }
        }

        private boolean takeBack() {
            if (ended) {
                return false;
            }
            ended = true;
            counted.forEach(each -> each.table.takeBack(each.key, begun));
            return true;
        }
    }
}
