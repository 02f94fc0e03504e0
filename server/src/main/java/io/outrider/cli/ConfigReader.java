package io.outrider.cli;

import io.outrider.keys.OperatorException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A YAML file as dotted keys with their lines. Collects every problem instead of stopping at the
 * first; a value with a problem reads as its default until {@link #throwIfAnyProblem}. For one
 * thread.
 */
final class ConfigReader {
    private static final int FILE_BYTES_MAX = 64 * 1024;
    private static final Pattern TIME = Pattern.compile("(\\d{1,11})(ms|s|m|h|d)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,11})([km]?)");
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,18}");
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private final String source;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Integer> lines = new LinkedHashMap<>();
    private final Map<String, Integer> listSizes = new LinkedHashMap<>();
    private final Set<String> sections = new HashSet<>();
    private final Set<String> asked = new TreeSet<>();
    private final TreeMap<String, Integer> unread = new TreeMap<>();
    private final List<Problem> problems = new ArrayList<>();

    private record Problem(int line, String text) {}

    private ConfigReader(String source) {
        this.source = source;
    }

    static ConfigReader empty() {
        return new ConfigReader("defaults");
    }

    static ConfigReader read(Path file) throws OperatorException {
        var reader = new ConfigReader(file.toString());
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new OperatorException(
                        file + " is longer than " + FILE_BYTES_MAX + " bytes",
                        "Is it the right file?");
            }
            LoadSettings settings = LoadSettings.builder().setMaxAliasesForCollections(0).build();
            new Compose(settings)
                    .composeString(Files.readString(file))
                    .ifPresent(root -> reader.flatten("", root));
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            reader.problems.add(new Problem(line, "not YAML: " + e.getProblem()));
        } catch (YamlEngineException e) {
            reader.problems.add(new Problem(1, "not YAML: " + e.getMessage()));
        } catch (IOException e) {
            throw new OperatorException(
                    "cannot read " + file + " (" + e.getMessage() + ")",
                    "Check its permissions.",
                    e);
        }
        return reader;
    }

    /** Whether the section stands there, with or without anything in it. */
    boolean has(String section) {
        if (sections.contains(section)) {
            return true;
        }
        Node node = take(section);
        if (node instanceof ScalarNode scalar && scalar.getValue().isBlank()) {
            return true;
        }
        if (node != null) {
            problem(section, "must hold keys and values");
        }
        return false;
    }

    /**
     * How many sections the list has that stands there; their keys are {@code list[0].key} and so
     * on.
     */
    int entries(String list, int max) {
        int size = listSizes.getOrDefault(list, 0);
        if (size == 0 && has(list)) {
            problem(list, "must be a list of keys and values, or left out");
        }
        if (size > max) {
            problem(list, "has " + size + " entries, " + max + " fit");
        }
        return Math.min(size, max);
    }

    /** Every key that was asked for, for the test of the example. */
    Set<String> asked() {
        return asked;
    }

    /** Every key that stands there. */
    Set<String> present() {
        return values.keySet();
    }

    Optional<String> text(String key) {
        return scalar(key);
    }

    /** Empty where there is none, which is a problem, too. */
    String requiredText(String key, Pattern form, String description) {
        if (!values.containsKey(key)) {
            int dot = key.lastIndexOf('.');
            problem(key.substring(0, dot), "needs " + key.substring(dot + 1));
        }
        return text(key, "", form, description);
    }

    String text(String key, String fallback, Pattern form, String description) {
        Optional<String> text = scalar(key);
        if (text.isPresent() && !form.matcher(text.get()).matches()) {
            problem(key, "must be " + description);
            return fallback;
        }
        return text.orElse(fallback);
    }

    List<String> texts(
            String key, List<String> fallback, Predicate<String> valid, String description) {
        Node node = take(key);
        if (node == null) {
            return fallback;
        }
        if (!(node instanceof SequenceNode sequence)) {
            problem(key, "must be a list, such as [a, b]");
            return fallback;
        }
        var texts = new ArrayList<String>();
        for (Node entry : sequence.getValue()) {
            if (entry instanceof ScalarNode scalar && valid.test(scalar.getValue())) {
                texts.add(scalar.getValue());
            } else {
                problems.add(new Problem(line(entry), key + ": each entry must be " + description));
            }
        }
        if (texts.isEmpty()) {
            problem(key, "must not be empty");
        }
        return List.copyOf(texts);
    }

    /** A span of time: {@code 250ms}, {@code 10s}, {@code 5m}, {@code 1h}, {@code 7d}. */
    Duration duration(String key, Duration fallback) {
        return measured(key, TIME, "a time such as 250ms, 10s, 5m, 1h or 7d")
                .map(parts -> {
                    long count = Long.parseLong(parts.group(1));
                    return switch (parts.group(2)) {
                        case "ms" -> Duration.ofMillis(count);
                        case "s" -> Duration.ofSeconds(count);
                        case "m" -> Duration.ofMinutes(count);
                        case "h" -> Duration.ofHours(count);
                        default -> Duration.ofDays(count);
                    };
                })
                .orElse(fallback);
    }

    /** A size: {@code 512}, {@code 32k}, {@code 4m}; k is 1,024. */
    int bytes(String key, int fallback) {
        return measured(key, SIZE, "a size such as 512, 32k or 4m")
                .map(parts -> {
                    int unit =
                            switch (parts.group(2)) {
                                case "k" -> 1 << 10;
                                case "m" -> 1 << 20;
                                default -> 1;
                            };
                    return (int) Math.min(Integer.MAX_VALUE, Long.parseLong(parts.group(1)) * unit);
                })
                .orElse(fallback);
    }

    private Optional<Matcher> measured(String key, Pattern form, String description) {
        Optional<String> text = scalar(key);
        Optional<Matcher> parts = text.map(form::matcher).filter(Matcher::matches);
        if (text.isPresent() && parts.isEmpty()) {
            problem(key, "must be " + description + ", not '" + text.get() + "'");
        }
        return parts;
    }

    /** A whole number of whatever size; one that no int holds reads as the nearest that it does. */
    int number(String key, int fallback) {
        return measured(key, NUMBER, "a whole number")
                .map(parts ->
                        Math.clamp(
                                Long.parseLong(parts.group()),
                                Integer.MIN_VALUE,
                                Integer.MAX_VALUE))
                .orElse(fallback);
    }

    int integer(String key, int fallback, int min, int max) {
        Optional<String> text = scalar(key);
        if (text.isEmpty()) {
            return fallback;
        }
        try {
            int value = Integer.parseInt(text.get());
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Reported below, together with what is a number but out of bounds.
        }
        problem(
                key,
                "must be a whole number from " + min + " to " + max + ", not '" + text.get() + "'");
        return fallback;
    }

    /** A literal address, so that reading the file asks no name server. */
    InetAddress address(String key, InetAddress fallback) {
        Optional<String> text = scalar(key);
        if (text.isEmpty()) {
            return fallback;
        }
        Optional<InetAddress> address = literalAddress(text.get());
        if (address.isEmpty()) {
            problem(key, "must be an IPv4 or IPv6 address, not '" + text.get() + "'");
        }
        return address.orElse(fallback);
    }

    Optional<Path> file(String key) {
        Optional<Path> file = scalar(key).map(Path::of);
        if (file.isPresent() && !Files.isReadable(file.get())) {
            problem(key, "names a file that cannot be read: " + file.get());
        }
        return file;
    }

    /** No two of these may be on one port. */
    void requireDistinctPorts(Map<String, Endpoint> listeners) {
        var byPort = new TreeMap<Integer, String>();
        listeners.forEach((section, endpoint) -> {
            String key = section + ".port";
            String other = byPort.putIfAbsent(endpoint.port(), key);
            if (other != null && lines.containsKey(key)) {
                problem(key, "is the same port as " + other);
            } else if (other != null) {
                problem(other, "is the same port as " + key);
            }
        });
    }

    /**
     * @throws OperatorException with all problems, unknown keys included, in the order of the lines
     */
    void throwIfAnyProblem() throws OperatorException {
        unread.forEach((key, line) -> problems.add(new Problem(line, "unknown key '" + key + "'")));
        if (problems.isEmpty()) {
            return;
        }
        problems.sort((a, b) -> Integer.compare(a.line, b.line));
        throw new OperatorException(
                problems.stream()
                        .map(problem -> source + ":" + problem.line + ": " + problem.text)
                        .collect(Collectors.joining("\n")),
                "Nothing was started. Put these lines right and start again.");
    }

    static Optional<InetAddress> literalAddress(String text) {
        if (!IPV4.matcher(text).matches() && !text.contains(":")) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private void flatten(String prefix, Node node) {
        if (!(node instanceof MappingNode mapping)) {
            problems.add(
                    new Problem(
                            line(node),
                            prefix.isEmpty()
                                    ? "must hold keys and values"
                                    : prefix + " must hold keys and values"));
            return;
        }
        sections.add(prefix);
        for (NodeTuple entry : mapping.getValue()) {
            String name = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
            String key = prefix.isEmpty() ? name : prefix + "." + name;
            int line = line(entry.getKeyNode());
            if (entry.getValueNode() instanceof MappingNode) {
                lines.putIfAbsent(key, line);
                flatten(key, entry.getValueNode());
            } else if (isListOfSections(entry.getValueNode())) {
                flattenList(key, line, ((SequenceNode) entry.getValueNode()).getValue());
            } else if (values.putIfAbsent(key, entry.getValueNode()) != null) {
                problems.add(new Problem(line, "'" + key + "' stands here a second time"));
            } else {
                lines.put(key, line);
                unread.put(key, line);
            }
        }
    }

    private static boolean isListOfSections(Node node) {
        return node instanceof SequenceNode list
                && !list.getValue().isEmpty()
                && list.getValue().stream().allMatch(MappingNode.class::isInstance);
    }

    private void flattenList(String key, int line, List<Node> entries) {
        if (listSizes.putIfAbsent(key, entries.size()) != null) {
            problems.add(new Problem(line, "'" + key + "' stands here a second time"));
            return;
        }
        lines.put(key, line);
        for (int i = 0; i < entries.size(); i++) {
            String entry = key + "[" + i + "]";
            lines.put(entry, line(entries.get(i)));
            flatten(entry, entries.get(i));
        }
    }

    private Optional<String> scalar(String key) {
        Node node = take(key);
        if (node == null) {
            return Optional.empty();
        }
        if (node instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
            return Optional.of(scalar.getValue());
        }
        problem(key, "must be a single value");
        return Optional.empty();
    }

    private @org.jspecify.annotations.Nullable Node take(String key) {
        asked.add(key);
        unread.remove(key);
        return values.get(key);
    }

    /** Of a key or section, at its line or that of the nearest section around it. */
    void problem(String key, String text) {
        String place = key;
        while (!lines.containsKey(place) && place.contains(".")) {
            place = place.substring(0, place.lastIndexOf('.'));
        }
        problems.add(new Problem(lines.getOrDefault(place, 1), key + " " + text));
    }

    private static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }
}
