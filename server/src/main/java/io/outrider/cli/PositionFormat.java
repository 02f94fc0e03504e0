package io.outrider.cli;

import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * How stored positions are printed: each number with all the digits that it was stored with, times
 * in UTC. Rows go out as they come, so a history of any length takes no memory. For one thread.
 */
enum PositionFormat {
    TABLE {
        @Override
        Printer printer(PrintWriter out) {
            return new TablePrinter(out);
        }
    },
    JSON {
        @Override
        Printer printer(PrintWriter out) {
            return new ArrayPrinter(out, "[", "]", PositionFormat::readable);
        }
    },
    GEOJSON {
        @Override
        Printer printer(PrintWriter out) {
            return new ArrayPrinter(
                    out,
                    "{\"type\":\"FeatureCollection\",\"features\":[",
                    "]}",
                    PositionFormat::feature);
        }
    };

    abstract Printer printer(PrintWriter out);

    /**
     * Prints rows of {@code positions}, then the end. Nothing is printed before the first of
     * either.
     */
    interface Printer {
        void print(JsonNode row);

        void end();
    }

    private static final class TablePrinter implements Printer {
        private static final String ROW = "%-24s %12s %12s %8s %7s %10s %3s %4s %6s %s%n";

        private final PrintWriter out;
        private boolean begun;

        TablePrinter(PrintWriter out) {
            this.out = out;
        }

        @Override
        public void print(JsonNode row) {
            begin();
            out.printf(
                    ROW,
                    row.path("time").asString(),
                    scaled(row, "latitudeE7", 7),
                    scaled(row, "longitudeE7", 7),
                    kilometresPerHour(row),
                    scaled(row, "courseCentideg", 2),
                    scaled(row, "altitudeMm", 3),
                    scaled(row, "fixQuality", 0),
                    scaled(row, "satellites", 0),
                    scaled(row, "hdopCenti", 2),
                    verdict(row));
        }

        @Override
        public void end() {
            begin();
            out.flush();
        }

        private void begin() {
            if (!begun) {
                begun = true;
                out.printf(
                        ROW,
                        "time (UTC)",
                        "latitude",
                        "longitude",
                        "km/h",
                        "course",
                        "altitude m",
                        "fix",
                        "sats",
                        "HDOP",
                        "verdict");
            }
        }

        private static String verdict(JsonNode row) {
            var reasons = new ArrayList<String>();
            row.path("verdict").forEach(reason -> reasons.add(reason.asString()));
            return reasons.isEmpty() ? "" : "doubted: " + String.join(", ", reasons);
        }
    }

    private static final class ArrayPrinter implements Printer {
        private final PrintWriter out;
        private final String start;
        private final String end;
        private final UnaryOperator<JsonNode> form;
        private boolean begun;

        ArrayPrinter(PrintWriter out, String start, String end, UnaryOperator<JsonNode> form) {
            this.out = out;
            this.start = start;
            this.end = end;
            this.form = form;
        }

        @Override
        public void print(JsonNode row) {
            out.print(begun ? ",\n" : start + "\n");
            out.print(form.apply(row));
            begun = true;
        }

        @Override
        public void end() {
            out.println(begun ? "\n" + end : start + end);
            out.flush();
        }
    }

    /** Degrees, metres and metres a second instead of what is stored. */
    private static ObjectNode readable(JsonNode row) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("time", row.path("time").asString());
        put(node, "latitudeDeg", row, "latitudeE7", 7);
        put(node, "longitudeDeg", row, "longitudeE7", 7);
        put(node, "speedMPerS", row, "speedMmPerS", 3);
        put(node, "courseDeg", row, "courseCentideg", 2);
        put(node, "altitudeM", row, "altitudeMm", 3);
        put(node, "fixQuality", row, "fixQuality", 0);
        put(node, "satellites", row, "satellites", 0);
        put(node, "hdop", row, "hdopCenti", 2);
        for (String name : List.of("journal", "sequence", "receivedAt", "verdict")) {
            if (row.has(name)) {
                node.set(name, row.get(name));
            }
        }
        return node;
    }

    /** RFC 7946: longitude first, then latitude, then the height where it is known. */
    private static JsonNode feature(JsonNode row) {
        ObjectNode feature = JsonNodeFactory.instance.objectNode();
        feature.put("type", "Feature");
        ObjectNode geometry = feature.putObject("geometry");
        geometry.put("type", "Point");
        var coordinates = geometry.putArray("coordinates");
        coordinates.add(decimal(row, "longitudeE7", 7)).add(decimal(row, "latitudeE7", 7));
        if (row.hasNonNull("altitudeMm")) {
            coordinates.add(decimal(row, "altitudeMm", 3));
        }
        ObjectNode properties = readable(row);
        properties.remove(List.of("latitudeDeg", "longitudeDeg", "altitudeM"));
        feature.set("properties", properties);
        return feature;
    }

    private static void put(ObjectNode node, String name, JsonNode row, String stored, int scale) {
        if (row.hasNonNull(stored)) {
            node.put(name, decimal(row, stored, scale));
        }
    }

    private static BigDecimal decimal(JsonNode row, String name, int scale) {
        return BigDecimal.valueOf(row.path(name).asLong(), scale);
    }

    private static String scaled(JsonNode row, String name, int scale) {
        return row.hasNonNull(name) ? decimal(row, name, scale).toPlainString() : "";
    }

    private static String kilometresPerHour(JsonNode row) {
        return row.hasNonNull("speedMmPerS")
                ? decimal(row, "speedMmPerS", 3)
                        .multiply(new BigDecimal("3.6"))
                        .setScale(2, RoundingMode.HALF_UP)
                        .toPlainString()
                : "";
    }
}
