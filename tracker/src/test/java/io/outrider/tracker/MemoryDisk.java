package io.outrider.tracker;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/**
 * A disk in memory that knows what would be left after a crash, and fails at the steps it is told
 * to. A write that fails has been done by half.
 */
final class MemoryDisk implements Disk {
    /** What is left of what was written and not synced. */
    enum Crash {
        /** Nothing: the power went. */
        KEEPS_SYNCED,
        /** All of it: only the process died. */
        KEEPS_WRITTEN,
        /** What was synced, and half of what was written behind it. */
        TEARS
    }

    static final class Content {
        byte[] written = {};
        byte[] synced = {};
    }

    private Map<String, Content> names = new TreeMap<>();
    private Map<String, Content> namesSynced = new TreeMap<>();
    private IntPredicate fails = _ -> false;
    private int steps;

    void failAt(IntPredicate step) {
        fails = step;
    }

    int steps() {
        return steps;
    }

    MemoryDisk after(Crash crash) {
        MemoryDisk left = new MemoryDisk();
        Map<String, Content> found = crash == Crash.KEEPS_SYNCED ? namesSynced : names;
        for (Map.Entry<String, Content> entry : found.entrySet()) {
            Content content = new Content();
            content.written = left(entry.getValue(), crash);
            content.synced = content.written;
            left.names.put(entry.getKey(), content);
        }
        left.namesSynced = new TreeMap<>(left.names);
        return left;
    }

    private static byte[] left(Content content, Crash crash) {
        return switch (crash) {
            case KEEPS_SYNCED -> content.synced.clone();
            case KEEPS_WRITTEN -> content.written.clone();
            case TEARS -> {
                int more = content.written.length - content.synced.length;
                yield more <= 0
                        ? content.synced.clone()
                        : Arrays.copyOf(content.written, content.synced.length + more / 2);
            }
        };
    }

    byte[] bytes(String name) {
        Content content = names.get(name);
        return content == null ? new byte[0] : content.written.clone();
    }

    void put(String name, byte[] bytes) {
        Content content = new Content();
        content.written = bytes.clone();
        content.synced = bytes.clone();
        names.put(name, content);
        namesSynced.put(name, content);
    }

    private boolean fails() {
        return fails.test(steps++);
    }

    private void step() throws IOException {
        if (fails()) {
            throw new IOException("step " + (steps - 1) + " fails");
        }
    }

    @Override
    public List<String> names() throws IOException {
        step();
        return List.copyOf(names.keySet());
    }

    @Override
    public Open open(String name) throws IOException {
        step();
        return new File(names.computeIfAbsent(name, _ -> new Content()));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        step();
        Content content = names.remove(from);
        if (content == null) {
            throw new IOException("no " + from);
        }
        names.put(to, content);
    }

    @Override
    public void delete(String name) throws IOException {
        step();
        names.remove(name);
    }

    @Override
    public void syncNames() throws IOException {
        step();
        namesSynced = new TreeMap<>(names);
    }

    private final class File implements Open {
        private final Content content;

        private File(Content content) {
            this.content = content;
        }

        @Override
        public long size() throws IOException {
            step();
            return content.written.length;
        }

        @Override
        public byte[] read(long at, int length) throws IOException {
            step();
            int from = (int) Math.min(at, content.written.length);
            return Arrays.copyOfRange(
                    content.written, from, Math.min(from + length, content.written.length));
        }

        @Override
        public void write(long at, byte[] bytes) throws IOException {
            boolean failing = fails();
            int length = failing ? bytes.length / 2 : bytes.length;
            int end = (int) at + length;
            byte[] grown = Arrays.copyOf(content.written, Math.max(end, content.written.length));
            System.arraycopy(bytes, 0, grown, (int) at, length);
            content.written = grown;
            if (failing) {
                throw new IOException("no space left on device");
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            step();
            if (size < content.written.length) {
                content.written = Arrays.copyOf(content.written, (int) size);
            }
        }

        @Override
        public void sync() throws IOException {
            step();
            content.synced = content.written;
        }

        @Override
        public void close() {}
    }
}
