package io.outrider.cli;

import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** A ready command of the Mosquitto tools, for whoever has just added a client. */
final class TryLine {
    private static final String SUBSCRIBE = "may-subscribe ";
    private static final String PUBLISH = "may-publish ";

    private TryLine() {}

    /**
     * @param row with {@code client}, {@code host}, {@code port} and {@code grants}
     * @param files authority, and where the client has them certificate and key
     */
    static String of(JsonNode row, List<Path> files) {
        String name = row.path("client").asString();
        var line = new StringBuilder();
        String rights = rights(row.path("grants"));
        line.append(rights.startsWith("-m ") ? "mosquitto_pub" : "mosquitto_sub -v");
        line.append(" -V 5 -h ").append(row.path("host").asString());
        line.append(" -p ").append(row.path("port").asInt());
        line.append(" --cafile ").append(quoted(files.getFirst().toString()));
        if (files.size() == 3) {
            line.append(" --cert ").append(quoted(files.get(1).toString()));
            line.append(" --key ").append(quoted(files.get(2).toString()));
        } else {
            line.append(" -u ").append(name).append(" -P \"$PASSWORD\"");
        }
        return line.append(" -i ").append(name).append(' ').append(rights).toString();
    }

    /** What it may hear; where it may hear nothing, something that it may say. */
    private static String rights(JsonNode grants) {
        String topic = "site";
        for (JsonNode grant : grants) {
            String text = grant.asString();
            if (text.startsWith(SUBSCRIBE)) {
                return "-t " + quoted(text.substring(SUBSCRIBE.length()));
            }
            topic = text.substring(PUBLISH.length()).replace("+", "x").replace("#", "x");
        }
        return "-m hello -t " + quoted(topic);
    }

    /** For a POSIX shell. */
    static String quoted(String text) {
        return text.matches("[A-Za-z0-9_./:@%=-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
