package io.outrider.cli;

import io.outrider.keys.OperatorException;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/**
 * What the command line can ask of a server, whether that runs in another process or is only opened
 * for the question.
 */
interface Operations {

    /**
     * Does one thing and hands over what there is to show, row by row.
     *
     * @throws OperatorException where the request cannot be met and the operator can do something
     *     about it
     */
    void perform(Request request, Rows rows) throws OperatorException;

    /** A verb, such as {@code fleet add}, and its arguments by name. */
    record Request(String verb, Map<String, String> arguments) {
        public Request {
            Objects.requireNonNull(verb);
            arguments = Map.copyOf(arguments);
        }

        /**
         * @throws OperatorException where the argument is missing, which no command of ours lets
         *     happen
         */
        String argument(String name) throws OperatorException {
            String value = arguments.get(name);
            if (value == null) {
                throw new OperatorException(
                        "'" + verb + "' needs " + name, "See ./outrider --help");
            }
            return value;
        }
    }

    /**
     * Takes the answer's rows in order, each a JSON object. What is beside {@link #add} is for
     * answers that go on and on; where the asker is in this process, there is nothing to do.
     */
    interface Rows {
        void add(JsonNode row);

        /** Lets the asker have what was added so far. */
        default void flush() {}

        /** Does this once when the asker has gone. */
        default void whenGone(Runnable action) {}

        /** Hangs up on an asker that does not take what it asked for, also in mid-row. */
        default void hangUp() {}
    }
}
