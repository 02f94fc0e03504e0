package io.outrider.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** What was measured, as one table and as JSON. */
final class Report {
    private static final String ROW = "| %-58s | %-4s | %10s | %10s | %6s | %6s | %11s |%n";

    private final Map<String, String> setting = new LinkedHashMap<>();
    private final List<Figure> figures = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /** Something about the machine or the parameters. */
    void setting(String name, String value) {
        setting.put(name, value);
    }

    void add(Figure figure) {
        figures.add(figure);
    }

    /** A line below the table. */
    void note(String line) {
        notes.add(line);
    }

    /** As Markdown, which is readable on a terminal, too. */
    void print(PrintWriter out) {
        out.println();
        setting.forEach((name, value) -> out.println("- " + name + ": " + value));
        out.println();
        out.printf(ROW, "figure", "unit", "Outrider", "Mosquitto", "ratio", "aim", "foreign");
        out.println(
                "|"
                        + "-".repeat(60)
                        + "|------|-----------:|-----------:|-------:|-------:|------------:|");
        for (Figure figure : figures) {
            out.printf(
                    ROW,
                    figure.name(),
                    figure.unit(),
                    number(value(figure.outrider())),
                    number(value(figure.mosquitto())),
                    number(figure.ratio()),
                    number(figure.aim()),
                    cores(figure.outrider()) + " / " + cores(figure.mosquitto()));
        }
        out.println();
        out.println(
                "`foreign`: cores that something else kept busy meanwhile, beside Outrider and"
                        + " Mosquitto.");
        out.println();
        notes.forEach(note -> out.println("- " + note));
        out.flush();
    }

    void write(Path file) throws IOException {
        var report = new LinkedHashMap<String, Object>();
        report.put("setting", setting);
        report.put("figures", figures.stream().map(Report::row).toList());
        report.put("notes", notes);
        Files.writeString(
                file,
                ControlSocket.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(report)
                        + "\n");
    }

    private static Map<String, Object> row(Figure figure) {
        var row = new LinkedHashMap<String, Object>();
        row.put("figure", figure.name());
        row.put("unit", figure.unit());
        put(row, "outrider", value(figure.outrider()));
        put(row, "mosquitto", value(figure.mosquitto()));
        put(row, "ratio", figure.ratio());
        put(row, "aim", figure.aim());
        put(row, "foreignCoresOutrider", foreign(figure.outrider()));
        put(row, "foreignCoresMosquitto", foreign(figure.mosquitto()));
        return row;
    }

    private static void put(Map<String, Object> row, String name, OptionalDouble value) {
        if (value.isPresent() && Double.isFinite(value.getAsDouble())) {
            row.put(name, value.getAsDouble());
        }
    }

    private static OptionalDouble value(Optional<Measured> measured) {
        return measured.map(it -> OptionalDouble.of(it.value())).orElse(OptionalDouble.empty());
    }

    private static OptionalDouble foreign(Optional<Measured> measured) {
        return measured.map(it -> OptionalDouble.of(it.foreignCores()))
                .orElse(OptionalDouble.empty());
    }

    private static String cores(Optional<Measured> measured) {
        return measured.map(it -> String.format(Locale.ROOT, "%.2f", it.foreignCores()))
                .orElse("-");
    }

    private static String number(OptionalDouble value) {
        if (value.isEmpty()) {
            return "";
        }
        double number = value.getAsDouble();
        if (!Double.isFinite(number)) {
            return "-";
        }
        String format =
                Math.abs(number) >= 100 ? "%,.0f" : Math.abs(number) >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, number);
    }
}
