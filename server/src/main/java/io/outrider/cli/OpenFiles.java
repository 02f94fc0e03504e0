package io.outrider.cli;

import com.sun.management.UnixOperatingSystemMXBean;
import io.outrider.gate.Limits;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many connections fit into the files that this process may have open, of which a socket is
 * one. Where they are the limit, nobody is refused by a rule and nothing makes room: whoever holds
 * sockets open in silence would keep everybody out.
 */
final class OpenFiles {
    /** Databases, libraries, and whoever enrols, looks at the map or gives a command. */
    static final int RESERVED = 512;

    private static final Logger log = LoggerFactory.getLogger(OpenFiles.class);

    private OpenFiles() {}

    /** The limits, lower where this process can have fewer connections. */
    static Limits fit(Limits limits) {
        long files =
                ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean os
                        ? os.getMaxFileDescriptorCount()
                        : Long.MAX_VALUE;
        Limits.Connecting wanted = limits.connecting();
        Limits.Connecting fitting = wanted.within(connections(files));
        if (!fitting.equals(wanted)) {
            log.warn(
                    "This process may open {} files (ulimit -n): room for {} connections, not {}",
                    files,
                    fitting.connectionsMax(),
                    wanted.connectionsMax());
        }
        return new Limits(
                fitting, limits.packets(), limits.sessions(), limits.rates(), limits.answers());
    }

    /** At least half of the files, however few there are. */
    static int connections(long files) {
        return Math.clamp(Math.max(files - RESERVED, files / 2), 4, Integer.MAX_VALUE);
    }
}
