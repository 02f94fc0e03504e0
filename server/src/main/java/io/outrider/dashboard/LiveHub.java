package io.outrider.dashboard;

import io.outrider.dashboard.FleetSource.Member;
import io.outrider.topic.TrackerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where every tracker is now, numbered by change. A browser asks for what changed after the number
 * that it knows: it needs no queue of its own, a slow one skips what was overtaken meanwhile, and
 * one that comes back resumes. Memory: one sighting a tracker. Guarded by its own monitor, which
 * nobody holds while writing to a socket or asking a database.
 */
final class LiveHub {
    private final String name;

    /** Oldest change first. */
    private final SequencedMap<Long, Numbered> byEnrolment = new LinkedHashMap<>();

    private Map<Long, Member> members = Map.of();
    private long enrolmentMax;
    private long change;
    private long fleetChange;
    private boolean closed;

    private record Numbered(long change, Sighting sighting) {}

    /** One tracker, and where it was last, if anywhere. */
    record Vehicle(Member member, @Nullable Sighting sighting) {}

    /** Everything, and the number to ask from next. */
    record Everything(List<Vehicle> vehicles, String cursor) {}

    /**
     * What changed, oldest change first.
     *
     * @param fleet whether trackers came or went
     */
    record Changes(List<Vehicle> vehicles, boolean fleet, long change, boolean closed) {}

    /**
     * @param name tells this run of the server from others, whose numbers mean nothing here
     */
    LiveHub(String name) {
        this.name = name;
    }

    /** Begins to follow; what was stored before is taken from {@code latest}. */
    PositionSource.Feed follow(PositionSource source) {
        PositionSource.Feed feed = source.follow(this::saw);
        source.latest().forEach(this::saw);
        return feed;
    }

    synchronized void saw(Sighting sighting) {
        Numbered before = byEnrolment.get(sighting.enrolment());
        if (isGone(sighting.enrolment())
                || (before != null && isOlder(sighting, before.sighting()))) {
            return;
        }
        byEnrolment.remove(sighting.enrolment());
        byEnrolment.put(sighting.enrolment(), new Numbered(++change, sighting));
        notifyAll();
    }

    /** Numbers rise: a higher one than any known is of a tracker that was added this moment. */
    private boolean isGone(long enrolment) {
        return enrolment <= enrolmentMax && !members.containsKey(enrolment);
    }

    private static boolean isOlder(Sighting sighting, Sighting than) {
        return sighting.position().time().isBefore(than.position().time());
    }

    synchronized void membersAre(List<Member> list) {
        var now = new TreeMap<Long, Member>();
        list.forEach(member -> now.put(member.enrolment(), member));
        if (now.equals(members)) {
            return;
        }
        members = now;
        enrolmentMax = Math.max(enrolmentMax, now.isEmpty() ? 0 : now.lastKey());
        byEnrolment.keySet().removeIf(this::isGone);
        fleetChange = ++change;
        notifyAll();
    }

    synchronized Everything everything() {
        List<Vehicle> sorted =
                members.values().stream()
                        .sorted(Comparator.comparing(Member::tracker))
                        .map(member -> vehicle(member, byEnrolment.get(member.enrolment())))
                        .toList();
        return new Everything(sorted, cursor(change));
    }

    private static Vehicle vehicle(Member member, @Nullable Numbered seen) {
        return new Vehicle(member, seen == null ? null : seen.sighting());
    }

    synchronized Optional<Member> member(TrackerId tracker) {
        return members.values().stream()
                .filter(member -> member.tracker().equals(tracker))
                .findAny();
    }

    String cursor(long number) {
        return name + "-" + number;
    }

    /** The number in a cursor of this run; empty where it is another's, or none. */
    synchronized OptionalLong number(String cursor) {
        if (!cursor.matches(name + "-[0-9]{1,18}")) {
            return OptionalLong.empty();
        }
        long number = Long.parseLong(cursor.substring(name.length() + 1));
        return number <= change ? OptionalLong.of(number) : OptionalLong.empty();
    }

    /** Waits until something changed after this number, or the time is over, or the hub closed. */
    synchronized Changes after(long number, Duration waitMax) throws InterruptedException {
        long endNanos = System.nanoTime() + waitMax.toNanos();
        while (change <= number && !closed) {
            long leftMs = (endNanos - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                break;
            }
            wait(leftMs);
        }
        return changes(number);
    }

    private Changes changes(long number) {
        var newestFirst = new ArrayList<Numbered>();
        for (Numbered numbered : byEnrolment.sequencedValues().reversed()) {
            if (numbered.change() <= number) {
                break;
            }
            newestFirst.add(numbered);
        }
        List<Numbered> oldestFirst = newestFirst.reversed();
        boolean whole = oldestFirst.size() <= Limits.STREAM_BATCH_MAX;
        List<Numbered> batch =
                whole ? oldestFirst : oldestFirst.subList(0, Limits.STREAM_BATCH_MAX);
        return new Changes(
                batch.stream().flatMap(this::named).toList(),
                fleetChange > number,
                whole ? change : batch.getLast().change(),
                closed);
    }

    /** One whose name is not known yet waits: the browser fetches everything when it is. */
    private Stream<Vehicle> named(Numbered numbered) {
        Member member = members.get(numbered.sighting().enrolment());
        return member == null ? Stream.empty() : Stream.of(vehicle(member, numbered));
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
