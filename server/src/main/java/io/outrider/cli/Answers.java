package io.outrider.cli;

import io.outrider.fleet.Change;
import io.outrider.fleet.Grant;
import io.outrider.fleet.Method;
import io.outrider.fleet.MethodPolicy;
import io.outrider.fleet.Operation;
import io.outrider.keys.OperatorException;
import io.outrider.topic.TopicFilter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How requests and rows spell what several verbs have in common. */
final class Answers {
    static final String METHODS = "certificate, password, token";

    private Answers() {}

    static <T> T made(Change<T> change) throws OperatorException {
        return switch (change) {
            case Change.Made<T>(T value) -> value;
            case Change.Refused<T>(String why) ->
                    throw new OperatorException(
                            why,
                            "Nothing was changed. Who there is: ./outrider fleet list, ./outrider"
                                    + " client list");
        };
    }

    static void add(Operations.Rows rows, Object row) {
        rows.add(ControlServer.JSON.valueToTree(row));
    }

    static OperatorException unknown(Operations.Request request) {
        return new OperatorException(
                "the server does not know '" + request.verb() + "'",
                "Is it older than this command? Restart it.");
    }

    /** Under {@code methods} and {@code methodsFrom}. */
    static void put(Map<String, Object> row, MethodPolicy policy) {
        row.put("methods", words(policy.methods()));
        row.put("methodsFrom", word(policy.from()));
    }

    static List<String> words(Set<Method> methods) {
        return EnumSet.copyOf(methods).stream().map(Answers::word).toList();
    }

    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** Reads {@code certificate,password,token}. */
    static Set<Method> methods(String text) throws OperatorException {
        var methods = EnumSet.noneOf(Method.class);
        for (String word : text.split(",", -1)) {
            methods.add(method(word.strip()));
        }
        return methods;
    }

    private static Method method(String word) throws OperatorException {
        for (Method method : Method.values()) {
            if (word(method).equals(word)) {
                return method;
            }
        }
        throw new OperatorException(
                "'" + word + "' is no method", "Write one or more of " + METHODS + ".");
    }

    /**
     * The grants of a request's arguments {@code may-subscribe} and {@code may-publish}.
     *
     * @throws OperatorException where one is no filter, or one that no grant can have
     */
    static List<Grant> grants(Map<String, String> arguments) throws OperatorException {
        var grants = new ArrayList<Grant>();
        grants.addAll(
                grants(Optional.ofNullable(arguments.get("may-subscribe")), Operation.SUBSCRIBE));
        grants.addAll(grants(Optional.ofNullable(arguments.get("may-publish")), Operation.PUBLISH));
        return grants;
    }

    /** One filter a line. */
    private static List<Grant> grants(Optional<String> lines, Operation operation)
            throws OperatorException {
        var grants = new ArrayList<Grant>();
        for (String text : lines.map(all -> List.of(all.split("\n", -1))).orElse(List.of())) {
            grants.add(new Grant(operation, filter(text)));
        }
        return grants;
    }

    static TopicFilter filter(String text) throws OperatorException {
        if (text.startsWith("$share/")) {
            throw new OperatorException(
                    "'" + text + "' shares a subscription",
                    "Give the filter behind $share/GROUP/: it may be subscribed to either way.");
        }
        return TopicFilter.parse(text)
                .orElseThrow(() ->
                        new OperatorException(
                                "'" + text + "' is no topic filter",
                                "Write site/+/door or site/#: + is one whole level, # is the rest"
                                        + " and stands last."));
    }
}
