package io.outrider.tracker;

import io.outrider.seal.KeyStatement;
import io.outrider.seal.Refusal;
import io.outrider.topic.TrackerId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The folder of one enrolled tracker: who it is, its key and certificates, what the server said of
 * its own keys, and what must survive a restart. Never a key of an epoch. Locked against a second
 * process. Written by one thread.
 */
final class TrackerState implements AutoCloseable {
    static final String CONFIG = "tracker.json";

    private static final String KEY = "identity.key";
    private static final String CHAIN = "identity.pem";
    private static final String ROOT = "ca.pem";
    private static final String STATEMENT = "keys.cose";
    private static final String EPOCH = "epoch";
    private static final String CLOCK = "clock";
    private static final String LOCK = "lock";
    private static final int FILE_BYTES_MAX = 1 << 20;
    private static final JsonMapper JSON = new JsonMapper();

    /** Who this tracker is and where its server is. */
    record Config(TrackerId tracker, String host, int enrolPort, int mqttPort) {
        private record Json(
                int version, String fleet, String tracker, String host, int enrol, int mqtt) {}

        byte[] toJson() {
            Json json = new Json(1, tracker.fleet(), tracker.tracker(), host, enrolPort, mqttPort);
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
        }

        static Config of(byte[] bytes) {
            Json json = JSON.readValue(bytes, Json.class);
            return new Config(
                    new TrackerId(json.fleet, json.tracker), json.host, json.enrol, json.mqtt);
        }
    }

    final Config config;
    final PrivateKey key;
    final List<X509Certificate> chain;
    final X509Certificate root;
    private final Path folder;
    private final InstantSource clock;
    private final FileLock lock;
    private volatile KeyStatement statement;
    private volatile Instant timeKept;

    private TrackerState(
            Path folder, InstantSource clock, FileLock lock, Config config, Loaded loaded) {
        this.folder = folder;
        this.clock = clock;
        this.lock = lock;
        this.config = config;
        this.key = loaded.key;
        this.chain = loaded.chain;
        this.root = loaded.root;
        this.statement = loaded.statement;
        this.timeKept = loaded.timeKept;
    }

    private record Loaded(
            PrivateKey key,
            List<X509Certificate> chain,
            X509Certificate root,
            KeyStatement statement,
            Instant timeKept) {}

    /** Fills the folder of a tracker that has just been enrolled. */
    static void create(
            Path folder,
            Config config,
            PrivateKey key,
            List<X509Certificate> chain,
            X509Certificate root,
            byte[] statement)
            throws IOException, GeneralSecurityException {
        TrackerFiles.replace(folder.resolve(KEY), ascii(Pem.of(key)));
        TrackerFiles.replace(folder.resolve(CHAIN), ascii(Pem.of(chain)));
        TrackerFiles.replace(folder.resolve(ROOT), ascii(Pem.of(List.of(root))));
        TrackerFiles.replace(folder.resolve(STATEMENT), statement);
        TrackerFiles.replace(folder.resolve(EPOCH), EpochFile.blank());
        TrackerFiles.replace(folder.resolve(CONFIG), config.toJson());
    }

    static TrackerState open(Path folder, InstantSource clock) throws TrackerProblem {
        if (!Files.isRegularFile(folder.resolve(CONFIG))) {
            throw new TrackerProblem(
                    folder
                            + " holds no enrolled tracker.\n"
                            + "Enrol first: outrider tracker enrol TOKEN --state "
                            + folder);
        }
        FileLock lock = lock(folder);
        boolean complete = false;
        try {
            Config config = Config.of(read(folder, CONFIG));
            TrackerState state = new TrackerState(folder, clock, lock, config, load(folder));
            complete = true;
            return state;
        } catch (IOException
                | GeneralSecurityException
                | JacksonException
                | IllegalArgumentException
                | Refusal e) {
            throw new TrackerProblem(
                    folder
                            + " is damaged ("
                            + e
                            + ").\n"
                            + "Move it away and enrol this tracker again with a new token.",
                    e);
        } finally {
            if (!complete) {
                release(lock);
            }
        }
    }

    private static Loaded load(Path folder) throws IOException, GeneralSecurityException, Refusal {
        X509Certificate root = Pem.certificates(read(folder, ROOT)).getFirst();
        List<X509Certificate> chain = Pem.certificates(read(folder, CHAIN));
        // Verified when it came: here only its damage would show, not that time has passed since.
        Instant came = Files.getLastModifiedTime(folder.resolve(STATEMENT)).toInstant();
        KeyStatement statement = KeyStatement.verify(read(folder, STATEMENT), root, came);
        return new Loaded(
                Pem.key(read(folder, KEY)), chain, root, statement, timeKept(folder, chain));
    }

    /** What is certainly past: the build, the certificate's start, and the time kept last. */
    private static Instant timeKept(Path folder, List<X509Certificate> chain) throws IOException {
        Instant start = chain.getFirst().getNotBefore().toInstant();
        Instant past = later(Build.instant(), start);
        byte[] kept = readOrNull(folder, CLOCK);
        if (kept == null) {
            return past;
        }
        String text = new String(kept, StandardCharsets.US_ASCII).strip();
        return text.matches("\\d{1,15}")
                ? later(past, Instant.ofEpochMilli(Long.parseLong(text)))
                : past;
    }

    private static FileLock lock(Path folder) throws TrackerProblem {
        try {
            FileChannel channel =
                    FileChannel.open(
                            folder.resolve(LOCK),
                            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE));
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return lock;
            }
            channel.close();
        } catch (OverlappingFileLockException e) {
            // Another tracker in this very process: same answer.
        } catch (IOException e) {
            throw new TrackerProblem("Cannot write in " + folder + ": " + e, e);
        }
        throw new TrackerProblem(
                "Another process runs the tracker of " + folder + ": stop it first.");
    }

    KeyStatement statement() {
        return statement;
    }

    /**
     * Takes a newer statement, durably.
     *
     * @return whether it is newer
     */
    boolean take(byte[] bytes) throws IOException, Refusal {
        KeyStatement offered = KeyStatement.verify(bytes, root, trustedTime());
        if (offered.serial() <= statement.serial()) {
            return false;
        }
        TrackerFiles.replace(folder.resolve(STATEMENT), bytes);
        statement = offered;
        return true;
    }

    /** For TLS: the system's clock, or what is certainly past where that is wrong. */
    Instant trustedTime() {
        return later(clock.instant(), timeKept);
    }

    void keepTime() throws IOException {
        timeKept = trustedTime();
        TrackerFiles.replace(folder.resolve(CLOCK), ascii(timeKept.toEpochMilli() + "\n"));
    }

    /** The epoch before the next. */
    EpochFile.Epoch lastEpoch() throws IOException {
        return new EpochFile(folder.resolve(EPOCH)).read();
    }

    /** Durable before the announcement leaves: no two may name one predecessor. */
    void keepEpoch(long number, long id) throws IOException {
        new EpochFile(folder.resolve(EPOCH)).write(number, id);
    }

    Disk journalDisk() throws IOException {
        return new FolderDisk(folder.resolve("journal"));
    }

    Path asideFile() {
        return folder.resolve("refused.txt");
    }

    @Override
    public void close() {
        release(lock);
    }

    private static void release(FileLock lock) {
        try {
            lock.acquiredBy().close(); // the lock goes with it
        } catch (IOException e) {
            // The lock goes with the process.
        }
    }

    private static byte[] read(Path folder, String name) throws IOException {
        Path file = folder.resolve(name);
        if (Files.size(file) > FILE_BYTES_MAX) {
            throw new IOException(name + " is too large");
        }
        return Files.readAllBytes(file);
    }

    private static byte @Nullable [] readOrNull(Path folder, String name) throws IOException {
        try {
            return read(folder, name);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }
}
