package io.outrider.keys;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The steps in which a private file is replaced. An interface, so that a test can fail each. */
public interface Disk {
    /** Creates the file with mode 0600, which must not exist, and makes its content durable. */
    void create(Path file, byte[] content) throws IOException;

    /** Puts one file in another's place, at once. */
    void rename(Path from, Path to) throws IOException;

    /** Makes the names in a directory durable. */
    void sync(Path directory) throws IOException;

    /** The real one. */
    Disk REAL = new RealDisk();

    /** Files through {@code java.nio}, on a POSIX file system. */
    final class RealDisk implements Disk {
        private RealDisk() {}

        @Override
        public void create(Path file, byte[] content) throws IOException {
            var mode = PosixFilePermissions.fromString("rw-------");
            try (FileChannel channel =
                    FileChannel.open(
                            file,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(mode))) {
                ByteBuffer rest = ByteBuffer.wrap(content);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true);
            }
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        }

        @Override
        public void sync(Path directory) throws IOException {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
