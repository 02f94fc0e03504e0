package io.outrider.gate;

import java.util.regex.Pattern;

/**
 * The client identifiers of a client: its name, and {@code NAME.anything} for each further
 * connection. A tracker has one, its own name.
 */
final class ClientIdentifier {
    private static final int CHARACTERS_MAX = 128;

    /**
     * Printable ASCII without what means something in a topic, so that an identifier that somebody
     * puts into a topic, a file name or a line of a log stays one word of it.
     */
    private static final Pattern ANYTHING = Pattern.compile("[ -~&&[^+#/$]]+");

    private ClientIdentifier() {}

    static boolean belongsTo(String client, String clientId) {
        if (clientId.equals(client)) {
            return true;
        }
        String prefix = client + ".";
        return clientId.length() <= CHARACTERS_MAX
                && clientId.startsWith(prefix)
                && ANYTHING.matcher(clientId.substring(prefix.length())).matches();
    }
}
