package io.outrider.watch;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text format of Prometheus, version 0.0.4, read strictly: HELP and TYPE once and before their
 * samples, the samples of a family together, no series twice, counters not below zero.
 */
public record PrometheusText(Map<String, Double> samples, Map<String, String> types) {
    private static final Pattern META =
            Pattern.compile("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");
    private static final Pattern SAMPLE =
            Pattern.compile(
                    "([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(.*)})? "
                            + "(NaN|[+-]?Inf|[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\n]|\\\\[\"\\\\n])*)\"(,|$)");

    public static PrometheusText parse(String text) {
        require(text.endsWith("\n"), "does not end with a line end", text);
        var samples = new LinkedHashMap<String, Double>();
        var types = new HashMap<String, String>();
        var helped = new HashSet<String>();
        var closed = new HashSet<String>();
        String family = "";
        for (String line : text.split("\n", -1)) {
            if (line.isEmpty()) {
                continue;
            }
            Matcher meta = META.matcher(line);
            if (meta.matches()) {
                String name = meta.group(2);
                if (!name.equals(family)) {
                    require(closed.add(family), "family twice", line);
                    require(!closed.contains(name), "family twice", line);
                    family = name;
                }
                if (meta.group(1).equals("HELP")) {
                    require(helped.add(name), "HELP twice", line);
                } else {
                    require(
                            Set.of("counter", "gauge", "histogram", "summary", "untyped")
                                    .contains(meta.group(3)),
                            "type",
                            line);
                    require(types.put(name, meta.group(3)) == null, "TYPE twice", line);
                }
                continue;
            }
            require(!line.startsWith("#"), "comment", line);
            sample(line, family, types, samples);
        }
        return new PrometheusText(samples, types);
    }

    private static void sample(
            String line, String family, Map<String, String> types, Map<String, Double> samples) {
        Matcher sample = SAMPLE.matcher(line);
        require(sample.matches(), "no sample", line);
        String name = sample.group(1);
        String type = types.getOrDefault(family, "none");
        boolean isOfFamily =
                name.equals(family)
                        || (type.matches("summary|histogram")
                                && name.matches(Pattern.quote(family) + "_(sum|count|bucket)"));
        require(isOfFamily, "sample outside of its family " + family, line);
        if (sample.group(3) != null) {
            Matcher label = LABEL.matcher(sample.group(3));
            var names = new HashSet<String>();
            int end = 0;
            while (label.find()) {
                require(label.start() == end, "labels", line);
                require(names.add(String.valueOf(label.group(1))), "label twice", line);
                end = label.end();
            }
            require(end == sample.group(3).length(), "labels", line);
        }
        double value =
                Double.parseDouble(String.valueOf(sample.group(4)).replace("Inf", "Infinity"));
        require(!type.equals("counter") || value >= 0, "counter below zero", line);
        require(!type.equals("counter") || family.endsWith("_total"), "counter's name", line);
        require(
                samples.put(line.substring(0, line.lastIndexOf(' ')), value) == null,
                "series twice",
                line);
    }

    private static void require(boolean holds, String what, String line) {
        if (!holds) {
            throw new AssertionError("not the text format (" + what + "): " + line);
        }
    }

    /** The value of one series, written as in the text. */
    public double value(String series) {
        Double value = samples.get(series);
        if (value == null) {
            throw new AssertionError("no " + series + " in " + samples.keySet());
        }
        return value;
    }
}
