package io.outrider.dashboard;

import io.outrider.position.Position;
import io.outrider.topic.TrackerId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A fleet and its positions, in memory. Guarded by its own monitor. */
final class TestFleet implements FleetSource, PositionSource {
    private final List<Member> members = new ArrayList<>();
    private long enrolment;
    private final Map<Long, List<Sighting>> byEnrolment = new TreeMap<>();
    private final List<Consumer<Sighting>> listeners = new CopyOnWriteArrayList<>();

    synchronized Member add(String name) {
        var member = new Member(TrackerId.parse(name).orElseThrow(), ++enrolment);
        members.add(member);
        return member;
    }

    synchronized void remove(Member member) {
        members.remove(member);
    }

    /** Stores a position, then tells whoever follows. */
    void report(Member member, Position position, Instant receivedAt) {
        var sighting = new Sighting(member.enrolment(), position, receivedAt);
        synchronized (this) {
            byEnrolment.computeIfAbsent(member.enrolment(), _ -> new ArrayList<>()).add(sighting);
        }
        listeners.forEach(listener -> listener.accept(sighting));
    }

    @Override
    public synchronized List<Member> members() {
        return List.copyOf(members);
    }

    @Override
    public synchronized List<Sighting> latest() {
        return byEnrolment.values().stream()
                .map(all ->
                        all.stream()
                                .max(Comparator.comparing(each -> each.position().time()))
                                .orElseThrow())
                .toList();
    }

    @Override
    public void history(long enrolment, Instant from, Instant to, Consumer<Position> each) {
        List<Sighting> all;
        synchronized (this) {
            all = List.copyOf(byEnrolment.getOrDefault(enrolment, List.of()));
        }
        all.stream()
                .map(Sighting::position)
                .filter(position -> !position.time().isBefore(from) && position.time().isBefore(to))
                .sorted(Comparator.comparing(Position::time))
                .forEach(each);
    }

    @Override
    public Feed follow(Consumer<Sighting> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
