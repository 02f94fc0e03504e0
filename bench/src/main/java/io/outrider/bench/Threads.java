package io.outrider.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** CPU ticks of a process's threads, those of the same kind together: also GC and compilers. */
record Threads(long pid, Map<String, Long> ticks) {
    Threads {
        ticks = Map.copyOf(ticks);
    }

    static Threads of(long pid) throws IOException {
        var ticks = new HashMap<String, Long>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks.toList()) {
                add(ticks, task);
            }
        }
        return new Threads(pid, ticks);
    }

    private static void add(Map<String, Long> ticks, Path task) throws IOException {
        String stat;
        try {
            stat = Files.readString(task.resolve("stat"));
        } catch (NoSuchFileException e) {
            return; // ended meanwhile
        }
        String name =
                stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
                        .replaceAll("[-#\\d]+$", "");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        ticks.merge(name, Long.parseLong(fields[11]) + Long.parseLong(fields[12]), Long::sum);
    }

    /** Shares of what was spent since then, the most first. */
    List<String> since() throws IOException {
        var spent = new HashMap<String, Long>();
        of(pid).ticks.forEach((name, now) -> spent.put(name, now - ticks.getOrDefault(name, 0L)));
        double all = Math.max(1, spent.values().stream().mapToLong(it -> it).sum());
        return spent.entrySet().stream()
                .filter(entry -> entry.getValue() > all / 200)
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
                .map(entry ->
                        "thread: %5.1f %% %s"
                                .formatted(100 * entry.getValue() / all, entry.getKey()))
                .toList();
    }
}
