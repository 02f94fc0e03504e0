package io.outrider.keys;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * A directory that only its owner can enter, with small files that only their owner can read. A
 * file is replaced whole or not at all, whatever happens in between. One process at a time.
 */
public final class PrivateDirectory {
    /** No key file is nearly as long. */
    private static final long FILE_BYTES_MAX = 1 << 20;

    private static final Set<PosixFilePermission> OF_THE_OWNER =
            PosixFilePermissions.fromString("rwx------");

    private final Path path;
    private final Disk disk;

    private PrivateDirectory(Path path, Disk disk) {
        this.path = path;
        this.disk = disk;
    }

    /** Opens the directory, made with mode 0700 where there is none (its parent exists). */
    public static PrivateDirectory openOrCreate(Path path, Disk disk)
            throws IOException, OperatorException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(path, PosixFilePermissions.asFileAttribute(OF_THE_OWNER));
        }
        if (!Files.isDirectory(path)) {
            throw new OperatorException(
                    path + " is not a directory", "Move it away or name another directory.");
        }
        requirePrivate(path, "chmod 700 " + path);
        return new PrivateDirectory(path, disk);
    }

    public Path path() {
        return path;
    }

    public Path resolve(String name) {
        return path.resolve(name);
    }

    public boolean has(String name) {
        return Files.exists(path.resolve(name), LinkOption.NOFOLLOW_LINKS);
    }

    /** The content of the file; empty where there is no such file. */
    public Optional<byte[]> read(String name) throws IOException, OperatorException {
        Path file = path.resolve(name);
        return has(name) ? Optional.of(readPrivate(file)) : Optional.empty();
    }

    /**
     * The content of a file that holds a secret.
     *
     * @throws OperatorException where it is no file, too long, or open to others than its owner
     */
    public static byte[] readPrivate(Path file) throws IOException, OperatorException {
        if (!Files.isRegularFile(file)) {
            throw new OperatorException(
                    file + " is missing or not a file", "Restore it from your backup.");
        }
        requirePrivate(file, "chmod 600 " + file);
        if (Files.size(file) > FILE_BYTES_MAX) {
            throw new OperatorException(
                    file + " is longer than any file of keys", "Restore it from your backup.");
        }
        return Files.readAllBytes(file);
    }

    /**
     * Refuses a file that others can reach, where there is one of this name; for files that
     * something else reads.
     */
    void requirePrivate(String name) throws IOException, OperatorException {
        if (has(name)) {
            requirePrivate(path.resolve(name), "chmod 600 " + path.resolve(name));
        }
    }

    /** Writes the file so that after a crash there is the old content or the new, never a part. */
    public void write(String name, byte[] content) throws IOException {
        Path temporary = path.resolve(name + ".new");
        // What a crash left behind; nobody ever reads it.
        Files.deleteIfExists(temporary);
        disk.create(temporary, content);
        disk.rename(temporary, path.resolve(name));
        disk.sync(path);
    }

    private static void requirePrivate(Path file, String remedy)
            throws IOException, OperatorException {
        var permissions = Files.getPosixFilePermissions(file);
        if (!OF_THE_OWNER.containsAll(permissions)) {
            throw new OperatorException(
                    "%s can be reached by others than its owner (mode %s)"
                            .formatted(file, PosixFilePermissions.toString(permissions)),
                    "Run: " + remedy);
        }
    }
}
