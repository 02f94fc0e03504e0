package io.outrider.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** The folders that the engine wants to have. Nothing of ours is in them. */
record EngineFolders(Path configuration, Path data, Path extensions) {

    /** Makes them, private to their owner. */
    static EngineFolders make(Path directory) throws BrokerException {
        Path root = directory.toAbsolutePath();
        var folders =
                new EngineFolders(
                        root.resolve("conf"), root.resolve("data"), root.resolve("extensions"));
        try {
            for (Path folder : List.of(folders.configuration, folders.data, folders.extensions)) {
                makePrivate(folder);
            }
            try (var found = Files.list(folders.extensions)) {
                // The engine would load it as code.
                if (found.findAny().isPresent()) {
                    throw new BrokerException(folders.extensions + " is not empty; empty it");
                }
            }
        } catch (IOException e) {
            throw new BrokerException("the broker's folders cannot be made", e);
        }
        return folders;
    }

    private static void makePrivate(Path folder) throws IOException {
        var ownerOnly = PosixFilePermissions.fromString("rwx------");
        Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(ownerOnly));
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(folder + " is a link");
        }
        Files.setPosixFilePermissions(folder, ownerOnly);
    }
}
