package io.outrider.cli;

import io.outrider.keys.OperatorException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** The options of every command that asks a server, and how its rows are printed. */
final class Asking {
    @Mixin private ServerOptions where = new ServerOptions();

    @Option(names = "--json", description = "Print JSON, one object a line.")
    private boolean asJson;

    boolean asJson() {
        return asJson;
    }

    ServerOptions where() {
        return where;
    }

    List<JsonNode> ask(Operations.Request request) throws OperatorException {
        var rows = new ArrayList<JsonNode>();
        where.ask(request, rows::add);
        return rows;
    }

    /** The only row of an answer. */
    JsonNode askOne(Operations.Request request) throws OperatorException {
        List<JsonNode> rows = ask(request);
        if (rows.size() != 1) {
            throw new OperatorException(
                    "the server gave %d answers to '%s'".formatted(rows.size(), request.verb()),
                    "Is it older than this command? Restart it.");
        }
        return rows.getFirst();
    }

    /** As JSON, or one field a line. */
    void print(PrintWriter out, JsonNode row) {
        if (asJson) {
            out.println(row);
            return;
        }
        row.properties()
                .forEach(field -> {
                    JsonNode value = field.getValue();
                    if (!value.isArray()) {
                        out.printf("%-22s %s%n", field.getKey(), value.asString(""));
                        return;
                    }
                    String key = field.getKey();
                    for (JsonNode entry : value) {
                        out.printf("%-22s %s%n", key, entry.asString(""));
                        key = "";
                    }
                });
    }

    /** As JSON, or in a sentence. */
    void print(PrintWriter out, JsonNode row, String sentence) {
        out.println(asJson ? row.toString() : sentence);
        String note = row.path("note").asString("");
        if (!asJson && !note.isEmpty()) {
            out.println("Note: " + note + ".");
        }
    }

    static String words(JsonNode array) {
        var words = new ArrayList<String>();
        array.forEach(word -> words.add(word.asString("")));
        return String.join(", ", words);
    }
}
