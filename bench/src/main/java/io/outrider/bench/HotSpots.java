package io.outrider.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/** Where the CPU samples of a recording fell, as lines for people, the most first. */
final class HotSpots {
    private static final int SELF_MAX = 30;
    private static final int OWNERS_MAX = 40;
    private static final int WITHIN_MAX = 60;

    /** Of the frames of a sample, the innermost of these is who had the work done. */
    private static final List<String> OWNERS =
            List.of("io.outrider.", "com.hivemq.", "io.netty.", "org.sqlite.", "sun.security.ssl.");

    private final Map<String, Integer> self = new HashMap<>();
    private final Map<String, Integer> owners = new HashMap<>();
    private final Map<String, Integer> within = new HashMap<>();
    private int samples;

    private HotSpots() {}

    static List<String> of(Path recording) throws IOException {
        var spots = new HotSpots();
        try (var file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                if (event.getEventType().getName().equals("jdk.CPUTimeSample")
                        && event.getStackTrace() != null) {
                    spots.add(event.getStackTrace().getFrames());
                }
            }
        }
        return spots.lines();
    }

    private void add(List<RecordedFrame> frames) {
        if (frames.isEmpty()) {
            return;
        }
        samples++;
        self.merge(name(frames.getFirst()), 1, Integer::sum);
        owners.merge(owner(frames), 1, Integer::sum);
        Set<String> seen = new HashSet<>();
        for (RecordedFrame frame : frames) {
            String name = name(frame);
            if (isNamed(name) && seen.add(name)) {
                within.merge(name, 1, Integer::sum);
            }
        }
    }

    private static String owner(List<RecordedFrame> frames) {
        return frames.stream()
                .map(HotSpots::name)
                .filter(HotSpots::isOwner)
                .findFirst()
                .orElse("(none of ours, the engine's or SQLite's)");
    }

    private static boolean isOwner(String name) {
        return OWNERS.stream().anyMatch(name::startsWith);
    }

    /** Whether it tells somebody something to find it in most stacks. */
    private static boolean isNamed(String name) {
        return !name.contains("$$Lambda")
                && (name.startsWith("io.outrider.")
                        || name.startsWith("com.hivemq.")
                        || name.startsWith("org.sqlite.core.")
                        || name.startsWith("sun.security.")
                        || name.startsWith("io.netty.handler.ssl."));
    }

    private static String name(RecordedFrame frame) {
        var method = frame.getMethod();
        return method.getType().getName() + "." + method.getName();
    }

    private List<String> lines() {
        var lines = new ArrayList<String>();
        lines.add("%,d samples of Java threads".formatted(samples));
        top(lines, "innermost of ours, engine, netty, TLS, SQLite", owners, OWNERS_MAX);
        top(lines, "innermost of all", self, SELF_MAX);
        top(lines, "anywhere in the stack", within, WITHIN_MAX);
        return lines;
    }

    private void top(List<String> lines, String what, Map<String, Integer> counts, int max) {
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
                .limit(max)
                .forEach(entry ->
                        lines.add(
                                "%s: %5.1f %% %s"
                                        .formatted(
                                                what,
                                                100.0 * entry.getValue() / samples,
                                                entry.getKey())));
    }
}
