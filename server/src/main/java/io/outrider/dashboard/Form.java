package io.outrider.dashboard;

import io.javalin.http.Context;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/**
 * What was typed into a form: one JSON object of strings, kept as characters that are wiped on
 * close, since one of them is a password.
 */
final class Form implements AutoCloseable {
    /** No buffers that go round: the next form shall not find this one's password in them. */
    private static final JsonFactory JSON =
            JsonFactory.builder().recyclerPool(JsonRecyclerPools.nonRecyclingPool()).build();

    private final Map<String, char[]> fields;

    private Form(Map<String, char[]> fields) {
        this.fields = fields;
    }

    static Form read(Context context) throws Refused, IOException {
        // Not contentType(), which fails where the character set is one that does not exist.
        String type = context.header("Content-Type");
        if (type == null || !type.startsWith("application/json")) {
            throw Refused.malformed("Send application/json.");
        }
        byte[] body = context.req().getInputStream().readNBytes(Limits.BODY_BYTES_MAX + 1);
        try {
            return read(body);
        } finally {
            Arrays.fill(body, (byte) 0);
        }
    }

    static Form read(byte[] body) throws Refused {
        if (body.length > Limits.BODY_BYTES_MAX) {
            throw Refused.malformed("That is too long.");
        }
        var form = new Form(new HashMap<>());
        boolean isRead = false;
        try {
            parse(body, form.fields);
            isRead = true;
            return form;
        } catch (JacksonException e) {
            throw Refused.malformed("That is not a JSON object of strings.");
        } finally {
            if (!isRead) {
                form.close();
            }
        }
    }

    private static void parse(byte[] body, Map<String, char[]> fields) throws Refused {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw Refused.malformed("That is not a JSON object of strings.");
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                if (parser.nextToken() != JsonToken.VALUE_STRING) {
                    throw Refused.malformed("That is not a JSON object of strings.");
                }
                char[] buffer = parser.getStringCharacters();
                int from = parser.getStringOffset();
                fields.put(name, Arrays.copyOfRange(buffer, from, from + parser.getStringLength()));
                Arrays.fill(buffer, from, from + parser.getStringLength(), '\0');
            }
        }
    }

    /** For what is no secret. */
    String text(String name) throws Refused {
        return new String(secret(name));
    }

    /** Valid until close. */
    char[] secret(String name) throws Refused {
        char[] value = fields.get(name);
        if (value == null) {
            throw Refused.malformed("'" + name + "' is missing.");
        }
        return value;
    }

    @Override
    public void close() {
        wipe(fields);
    }

    private static void wipe(Map<String, char[]> fields) {
        fields.values().forEach(value -> Arrays.fill(value, '\0'));
    }
}
