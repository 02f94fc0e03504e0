package io.outrider.credential;

import io.outrider.topic.TopicFilter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The words of a token's {@code scope} (RFC 6749 section 3.3) as far as they are ours: {@code
 * publish:FILTER} and {@code subscribe:FILTER}, percent-encoded where needed. Pure.
 */
final class ScopeWords {
    private ScopeWords() {}

    /** What the words say. */
    sealed interface Read {
        /** What the token is narrowed to; empty where no word was ours, so that it is not. */
        record Narrowed(Optional<List<TopicScope>> scopes) implements Read {}

        /** A word that is ours and wrong. Nothing is guessed: the token is refused. */
        record Malformed(String why) implements Read {}
    }

    static Read parse(List<String> words) {
        var scopes = new ArrayList<TopicScope>();
        for (String word : words) {
            for (TopicScope.Use use : TopicScope.Use.values()) {
                String start = start(use);
                if (!word.startsWith(start)) {
                    continue;
                }
                Optional<TopicFilter> filter =
                        decode(word.substring(start.length())).flatMap(TopicFilter::parse);
                if (filter.isEmpty()) {
                    return new Read.Malformed("scope " + start + " without a topic filter");
                }
                scopes.add(new TopicScope(use, filter.get()));
            }
        }
        return new Read.Narrowed(
                scopes.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(scopes)));
    }

    static String format(TopicScope scope) {
        var word = new StringBuilder(start(scope.use()));
        for (byte b : scope.filter().toString().getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b > 0x20 && b < 0x7f && b != '"' && b != '\\' && b != '%';
            if (plain) {
                word.append((char) b);
            } else {
                word.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return word.toString();
    }

    private static String start(TopicScope.Use use) {
        return use.name().toLowerCase(Locale.ROOT) + ":";
    }

    /** Percent-decoding of UTF-8, with nothing left to interpretation. */
    private static Optional<String> decode(String word) {
        var bytes = ByteBuffer.allocate(word.length() * 3);
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (c != '%') {
                bytes.put(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            } else if (i + 2 < word.length()
                    && HexFormat.isHexDigit(word.charAt(i + 1))
                    && HexFormat.isHexDigit(word.charAt(i + 2))) {
                bytes.put((byte) HexFormat.fromHexDigits(word, i + 1, i + 3));
                i += 2;
            } else {
                return Optional.empty();
            }
        }
        try {
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
