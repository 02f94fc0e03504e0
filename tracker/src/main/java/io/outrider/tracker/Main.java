package io.outrider.tracker;

import picocli.CommandLine;

/** The tracker as a program of its own, for a vehicle that has only this module's jars. */
public final class Main {
    private static final String LOGGING = "logback.configurationFile";

    private Main() {}

    public static void main(String[] arguments) {
        if (System.getProperty(LOGGING) == null) {
            System.setProperty(LOGGING, "outrider-tracker-logback.xml");
        }
        System.exit(new CommandLine(new TrackerCommand()).execute(arguments));
    }
}
