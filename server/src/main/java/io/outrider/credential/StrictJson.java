package io.outrider.credential;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON objects from strangers: UTF-8 without error, each name once (RFC 7519 section 4), nothing
 * behind the end, and shallow.
 */
final class StrictJson {
    private static final int NESTING_MAX = 16;
    private static final int NUMBER_CHARS_MAX = 32;

    private static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(NESTING_MAX)
                                                    .maxNumberLength(NUMBER_CHARS_MAX)
                                                    .build())
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private StrictJson() {}

    /** Empty where it is anything but one JSON object. */
    static Optional<JsonNode> parse(byte[] utf8) {
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
            return Optional.ofNullable(MAPPER.readTree(text)).filter(JsonNode::isObject);
        } catch (CharacterCodingException | JacksonException e) {
            return Optional.empty();
        }
    }

    /** The text of a member; empty where it is missing or no text. */
    static Optional<String> text(JsonNode object, String name) {
        JsonNode member = object.path(name);
        return member.isString() ? Optional.of(member.stringValue()) : Optional.empty();
    }
}
