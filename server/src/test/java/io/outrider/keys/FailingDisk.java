package io.outrider.keys;

import io.outrider.seal.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A disk and a vault that stop working at one step, together and for good, as for a process that is
 * killed there: what was being written is there by half.
 */
public final class FailingDisk implements Disk {
    private final int worksUntil;
    private int steps;

    /**
     * @param worksUntil how many steps succeed
     */
    public FailingDisk(int worksUntil) {
        this.worksUntil = worksUntil;
    }

    /** How many steps were asked for. */
    public int steps() {
        return steps;
    }

    @Override
    public void create(Path file, byte[] content) throws IOException {
        if (steps == worksUntil) {
            Files.write(file, Arrays.copyOf(content, content.length / 2));
        }
        step();
        REAL.create(file, content);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        step();
        REAL.rename(from, to);
    }

    @Override
    public void sync(Path directory) throws IOException {
        step();
        REAL.sync(directory);
    }

    /** A vault whose every wrapping is a step, too: what follows it is a commit. */
    public KeyVault over(KeyVault vault) {
        return new KeyVault() {
            @Override
            public byte[] wrap(Secret secret, byte[] associatedData)
                    throws KeyUnavailableException {
                try {
                    step();
                } catch (IOException e) {
                    throw new KeyUnavailableException("killed", e);
                }
                return vault.wrap(secret, associatedData);
            }

            @Override
            public Secret unwrap(byte[] wrapped, byte[] associatedData)
                    throws KeyUnavailableException {
                return vault.unwrap(wrapped, associatedData);
            }
        };
    }

    private void step() throws IOException {
        steps++;
        if (steps > worksUntil) {
            throw new IOException("killed at step " + steps);
        }
    }
}
