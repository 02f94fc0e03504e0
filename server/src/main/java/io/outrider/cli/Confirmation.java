package io.outrider.cli;

import java.io.Console;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** The second question before a grant that reaches whole fleets. */
final class Confirmation {
    private Confirmation() {}

    /**
     * Whether the client's name was given once more: by option, or typed at a terminal.
     *
     * @param given by option
     */
    static boolean of(CommandSpec spec, String name, @Nullable String given, List<Reach> reaches) {
        if (given != null) {
            return given.equals(name);
        }
        Optional<Console> terminal =
                Optional.ofNullable(System.console()).filter(Console::isTerminal);
        if (terminal.isEmpty()) {
            return false;
        }
        var out = spec.commandLine().getErr();
        out.println(name + " will reach whole fleets:");
        reaches.forEach(reach -> out.println("  " + reach));
        reaches.stream().map(Reach::meaning).distinct().forEach(line -> out.println("  " + line));
        String typed = terminal.get().readLine("Type the client's name to go on: ");
        return name.equals(typed);
    }
}
