package io.outrider.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What was spent between two moments.
 *
 * @param server CPU time of the server under test: utime + stime of {@code /proc/PID/stat}
 * @param generator CPU time of this process
 * @param foreign CPU time of everything else on this machine
 */
record Usage(Duration wall, Duration server, Duration generator, Duration foreign) {

    /** Cores that were busy with something else, on average. */
    double foreignCores() {
        return (double) foreign.toNanos() / Math.max(1, wall.toNanos());
    }

    double serverCores() {
        return (double) server.toNanos() / Math.max(1, wall.toNanos());
    }

    /** Microseconds of the server for each of so many things. */
    double serverMicrosEach(long count) {
        return count == 0 ? Double.NaN : server.toNanos() / 1e3 / count;
    }

    /** What each of so many things cost the server, in this many microseconds. */
    Measured each(long count, double micros) {
        return new Measured(serverMicrosEach(count) / micros, foreignCores());
    }

    static Mark mark(long serverPid) throws IOException {
        return new Mark(
                serverPid,
                System.nanoTime(),
                ticksOf(serverPid),
                ticksOf(ProcessHandle.current().pid()),
                busyTicks());
    }

    /** A moment to measure from. */
    record Mark(long serverPid, long nanos, long server, long generator, long busy) {
        Usage untilNow() throws IOException {
            Mark now = mark(serverPid);
            long ours = now.server - server + now.generator - generator;
            return new Usage(
                    Duration.ofNanos(now.nanos - nanos),
                    ticks(now.server - server),
                    ticks(now.generator - generator),
                    ticks(Math.max(0, now.busy - busy - ours)));
        }
    }

    /** CPU time of a process since its start. */
    static Duration cpuOf(long pid) throws IOException {
        return ticks(ticksOf(pid));
    }

    /** VmRSS of {@code /proc/PID/status}, in KiB. */
    static long rssKib(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("process " + pid + " has no VmRSS");
    }

    /** proc(5): fields 14 and 15, counted after the name in brackets, which may have spaces. */
    private static long ticksOf(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    /** proc(5): all of the first line of {@code /proc/stat} but idle, iowait and the guests'. */
    private static long busyTicks() throws IOException {
        String[] fields =
                Files.readAllLines(Path.of("/proc/stat")).getFirst().trim().split(" +", -1);
        long busy = 0;
        for (int i : new int[] {1, 2, 3, 6, 7, 8}) {
            busy += Long.parseLong(fields[i]);
        }
        return busy;
    }

    /** USER_HZ is 100 on every Linux that Java runs on. */
    private static Duration ticks(long count) {
        return Duration.ofMillis(count * 10);
    }
}
