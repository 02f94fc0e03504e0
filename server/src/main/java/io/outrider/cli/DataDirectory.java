package io.outrider.cli;

import io.outrider.keys.OperatorException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * The one directory that a server keeps everything in, mode 0700, used by one process at a time.
 */
record DataDirectory(Path path) {
    static final String CONFIG_FILE = "outrider.yaml";

    private static final Set<PosixFilePermission> PRIVATE =
            PosixFilePermissions.fromString("rwx------");

    /** Creates the directory where there is none, and refuses one that others can look into. */
    static DataDirectory create(Path path) throws OperatorException {
        try {
            if (!Files.exists(path)) {
                Files.createDirectories(path, PosixFilePermissions.asFileAttribute(PRIVATE));
            }
        } catch (IOException e) {
            throw new OperatorException(
                    "cannot create the data directory " + path + " (" + e.getMessage() + ")",
                    "Give a directory that you may write to: --data DIR",
                    e);
        }
        return existing(path);
    }

    static DataDirectory existing(Path path) throws OperatorException {
        if (path.toString().isEmpty()) { // which means this directory, whatever it is
            throw new OperatorException("no data directory is given", "Name one: --data DIR");
        }
        if (!Files.isDirectory(path)) {
            throw new OperatorException(
                    "there is no data directory " + path,
                    "Start a server first: ./outrider serve --data " + path);
        }
        try {
            if (!Files.getPosixFilePermissions(path).equals(PRIVATE)) {
                throw new OperatorException(
                        "others can look into the data directory " + path,
                        "Close it: chmod 700 " + path);
            }
        } catch (IOException e) {
            throw new OperatorException("cannot read " + path + " (" + e.getMessage() + ")", "", e);
        }
        return new DataDirectory(path.toAbsolutePath().normalize());
    }

    Path socket() {
        return path.resolve("control.sock");
    }

    Path configFile() {
        return path.resolve(CONFIG_FILE);
    }

    Path accountsFile() {
        return path.resolve("accounts.db");
    }

    Path passphraseFile() {
        return path.resolve("passphrase");
    }

    /** Taken for as long as a process works in the directory; empty where another one does. */
    Optional<Lock> tryLock() throws OperatorException {
        try {
            FileChannel channel =
                    FileChannel.open(
                            path.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            FileLock lock = lockOrNull(channel);
            if (lock == null) {
                channel.close();
                return Optional.empty();
            }
            return Optional.of(new Lock(channel));
        } catch (IOException e) {
            throw new OperatorException("cannot lock " + path + " (" + e.getMessage() + ")", "", e);
        }
    }

    private static @org.jspecify.annotations.Nullable FileLock lockOrNull(FileChannel channel)
            throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // another server in this very process
        }
    }

    /** Released on close, and by the system when the process ends. */
    record Lock(FileChannel channel) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
