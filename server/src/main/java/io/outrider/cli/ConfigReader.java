package io.outrider.cli;

import io.outrider.keys.OperatorException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
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
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private final String source;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Integer> lines = new LinkedHashMap<>();
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

    void requireDistinct(String what, String key, Endpoint value, String otherKey, Endpoint other) {
        if (value.port() == other.port()) {
            problem(
                    lines.containsKey(otherKey) ? otherKey : key,
                    "is the same "
                            + what
                            + " as "
                            + (lines.containsKey(otherKey) ? key : otherKey));
        }
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
        for (NodeTuple entry : mapping.getValue()) {
            String name = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
            String key = prefix.isEmpty() ? name : prefix + "." + name;
            int line = line(entry.getKeyNode());
            if (entry.getValueNode() instanceof MappingNode) {
                flatten(key, entry.getValueNode());
            } else if (values.putIfAbsent(key, entry.getValueNode()) != null) {
                problems.add(new Problem(line, "'" + key + "' stands here a second time"));
            } else {
                lines.put(key, line);
                unread.put(key, line);
            }
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
        unread.remove(key);
        return values.get(key);
    }

    private void problem(String key, String text) {
        problems.add(new Problem(lines.getOrDefault(key, 1), key + " " + text));
    }

    private static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }
}
