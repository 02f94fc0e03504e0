package io.outrider.seal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.Base64Variants;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.dataformat.cbor.CBORFactory;

/**
 * Reads one CBOR item token by token. Everything that is not what the caller asks for next is
 * malformed. What the library reads generously (longer heads, tags, indefinite lengths, text for
 * integer labels) is refused by {@link #endOf}, which compares with what we would have written.
 * Used by one thread.
 */
final class CborReader {
    private static final CBORFactory FACTORY =
            CBORFactory.builder()
                    .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                    .build();

    private final byte[] input;
    private final JsonParser parser;
    private @Nullable JsonToken token;

    /** Stands before the first token; input longer than the limit is refused unread. */
    CborReader(byte[] input, int bytesMax) throws Refusal {
        if (input.length > bytesMax) {
            throw Refusal.malformed(input.length + " bytes are more than " + bytesMax);
        }
        this.input = input;
        this.parser = FACTORY.createParser(ObjectReadContext.empty(), input);
        advance();
    }

    void array() throws Refusal {
        take(JsonToken.START_ARRAY);
    }

    void endArray() throws Refusal {
        take(JsonToken.END_ARRAY);
    }

    void map() throws Refusal {
        take(JsonToken.START_OBJECT);
    }

    void endMap() throws Refusal {
        take(JsonToken.END_OBJECT);
    }

    boolean atArray() {
        return token == JsonToken.START_ARRAY;
    }

    boolean atEndArray() {
        return token == JsonToken.END_ARRAY;
    }

    boolean atEndMap() {
        return token == JsonToken.END_OBJECT;
    }

    /** Takes a null where there is one. */
    boolean nothing() throws Refusal {
        if (token != JsonToken.VALUE_NULL) {
            return false;
        }
        advance();
        return true;
    }

    void key(long label) throws Refusal {
        if (token != JsonToken.PROPERTY_NAME
                || !parser.currentName().equals(Long.toString(label))) {
            throw Refusal.malformed("expected label " + label);
        }
        advance();
    }

    long number(long min, long max) throws Refusal {
        require(JsonToken.VALUE_NUMBER_INT);
        try {
            if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                throw Refusal.malformed("number beyond 64 bits");
            }
            long value = parser.getLongValue();
            if (value < min || value > max) {
                throw Refusal.malformed(value + " is outside " + min + " to " + max);
            }
            advance();
            return value;
        } catch (JacksonException e) {
            throw new Refusal(Refusal.Reason.MALFORMED, "not a number", e);
        }
    }

    String text(int bytesMax) throws Refusal {
        require(JsonToken.VALUE_STRING);
        try {
            String value = parser.getString();
            if (value.getBytes(UTF_8).length > bytesMax) {
                throw Refusal.malformed("text of more than " + bytesMax + " bytes");
            }
            advance();
            return value;
        } catch (JacksonException e) {
            throw new Refusal(Refusal.Reason.MALFORMED, "not a text", e);
        }
    }

    byte[] bytes(int min, int max) throws Refusal {
        require(JsonToken.VALUE_EMBEDDED_OBJECT);
        try {
            // null: the library takes simple values and undefined for embedded objects too
            byte @Nullable [] value = parser.getBinaryValue(Base64Variants.MIME);
            if (value == null) {
                throw Refusal.malformed("not a byte string");
            }
            if (value.length < min || value.length > max) {
                throw Refusal.malformed(value.length + " bytes are outside " + min + " to " + max);
            }
            advance();
            return value;
        } catch (JacksonException e) {
            throw new Refusal(Refusal.Reason.MALFORMED, "not a byte string", e);
        }
    }

    /** An identifier as {@link CborWriter#id} writes it. */
    long id() throws Refusal {
        return ByteBuffer.wrap(bytes(Long.BYTES, Long.BYTES)).getLong();
    }

    /** Nothing may follow, and the bytes must be those that we would have written ourselves. */
    void endOf(byte[] canonical) throws Refusal {
        if (token != null || !Arrays.equals(input, canonical)) {
            throw Refusal.malformed("not in the one form that is allowed");
        }
    }

    private void take(JsonToken expected) throws Refusal {
        require(expected);
        advance();
    }

    private void require(JsonToken expected) throws Refusal {
        if (token != expected) {
            throw Refusal.malformed("expected " + expected + ", found " + token);
        }
    }

    private void advance() throws Refusal {
        try {
            token = parser.nextToken();
        } catch (JacksonException e) {
            throw new Refusal(Refusal.Reason.MALFORMED, "not CBOR", e);
        }
    }
}
