package io.outrider.seal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import tools.jackson.core.Base64Variants;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.dataformat.cbor.CBORFactory;
import tools.jackson.dataformat.cbor.CBORGenerator;

/**
 * Writes one CBOR item in the only form that version 1 knows: definite lengths, shortest heads (RFC
 * 8949, section 4.2.1). Counts of arrays and maps are given ahead; {@link #end} closes the
 * innermost. Used by one thread.
 */
final class CborWriter {
    private static final CBORFactory FACTORY = new CBORFactory();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(128);
    private final CBORGenerator generator =
            (CBORGenerator) FACTORY.createGenerator(ObjectWriteContext.empty(), out);

    CborWriter array(int count) {
        generator.writeStartArray(out, count);
        return this;
    }

    CborWriter map(int count) {
        generator.writeStartObject(out, count);
        return this;
    }

    CborWriter end() {
        JsonGenerator _ =
                generator.streamWriteContext().inArray()
                        ? generator.writeEndArray()
                        : generator.writeEndObject();
        return this;
    }

    CborWriter key(long label) {
        generator.writePropertyId(label);
        return this;
    }

    CborWriter number(long value) {
        generator.writeNumber(value);
        return this;
    }

    CborWriter text(String value) {
        byte[] utf8 = value.getBytes(UTF_8);
        generator.writeUTF8String(utf8, 0, utf8.length);
        return this;
    }

    CborWriter bytes(byte[] value) {
        generator.writeBinary(Base64Variants.MIME, value, 0, value.length);
        return this;
    }

    /** Eight bytes, most significant first: how identifiers are written. */
    CborWriter id(long value) {
        return bytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    }

    CborWriter nothing() {
        generator.writeNull();
        return this;
    }

    byte[] toBytes() {
        generator.close();
        return out.toByteArray();
    }
}
