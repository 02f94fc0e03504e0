package io.outrider.tracker;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * The few file operations on which the journal stands, in one folder. Each may fail; a test makes
 * each fail. What is written is durable after {@link Open#sync}, a name after {@link #syncNames}.
 */
interface Disk {
    List<String> names() throws IOException;

    /** Opens for reading and writing; creates an empty file where there is none. */
    Open open(String name) throws IOException;

    /** Replaces {@code to} where it exists, in one step. */
    void rename(String from, String to) throws IOException;

    /** Does nothing where there is none. */
    void delete(String name) throws IOException;

    void syncNames() throws IOException;

    /** One open file. */
    interface Open extends Closeable {
        long size() throws IOException;

        /** At most so many bytes: fewer where the file ends. */
        byte[] read(long at, int length) throws IOException;

        void write(long at, byte[] bytes) throws IOException;

        void truncate(long size) throws IOException;

        void sync() throws IOException;
    }
}
