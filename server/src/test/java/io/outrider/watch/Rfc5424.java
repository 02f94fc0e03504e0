package io.outrider.watch;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A syslog message as RFC 5424 has it, to the letter: whatever is not in its grammar fails. */
record Rfc5424(
        int facility,
        int severity,
        String timestamp,
        String hostname,
        String appName,
        String processId,
        String messageId,
        Map<String, Map<String, String>> data,
        String message) {

    private static final Pattern HEADER =
            Pattern.compile(
                    "<(0|[1-9][0-9]{0,2})>([1-9][0-9]{0,2}) "
                            + "([0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]"
                            + "(?:\\.[0-9]{1,6})?(?:Z|[+-][0-2][0-9]:[0-5][0-9])) "
                            + "([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) ");
    private static final Pattern NAME = Pattern.compile("[!-~&&[^=\"\\]]]{1,32}");

    static Rfc5424 parse(byte[] bytes) throws CharacterCodingException {
        String text =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
        Matcher header = HEADER.matcher(text);
        require(header.lookingAt(), "no header", text);
        int priority = Integer.parseInt(header.group(1));
        require(priority <= 191, "PRIVAL", text);
        require(header.group(2).equals("1"), "VERSION", text);
        var cursor = new Cursor(text, header.end());
        var data = new LinkedHashMap<String, Map<String, String>>();
        if (cursor.peek() == '-') {
            cursor.next();
        } else {
            while (!cursor.isAtEnd() && cursor.peek() == '[') {
                element(cursor, data);
            }
        }
        String message = "";
        if (!cursor.isAtEnd()) {
            require(cursor.next() == ' ', "SP before MSG", text);
            require(cursor.next() == '\ufeff', "BOM before a UTF-8 MSG", text);
            message = text.substring(cursor.at);
        }
        return new Rfc5424(
                priority / 8,
                priority % 8,
                header.group(3),
                header.group(4),
                header.group(5),
                header.group(6),
                header.group(7),
                data,
                message);
    }

    private static void element(Cursor cursor, Map<String, Map<String, String>> data) {
        require(cursor.next() == '[', "[", cursor.text);
        String id = cursor.until(" ]");
        require(NAME.matcher(id).matches(), "SD-ID " + id, cursor.text);
        require(id.matches("meta|[^@]+@[0-9]+(\\.[0-9]+)*"), "SD-ID " + id, cursor.text);
        var parameters = new LinkedHashMap<String, String>();
        require(data.put(id, parameters) == null, "SD-ID twice", cursor.text);
        while (cursor.peek() == ' ') {
            cursor.next();
            String name = cursor.until("=");
            require(NAME.matcher(name).matches(), "PARAM-NAME " + name, cursor.text);
            require(cursor.next() == '=' && cursor.next() == '"', "=\"", cursor.text);
            parameters.put(name, value(cursor));
        }
        require(cursor.next() == ']', "]", cursor.text);
    }

    private static String value(Cursor cursor) {
        var value = new StringBuilder();
        while (true) {
            char c = cursor.next();
            if (c == '"') {
                return value.toString();
            }
            require(c != ']', "unescaped ]", cursor.text);
            if (c == '\\') {
                c = cursor.next();
                require("\"\\]".indexOf(c) >= 0, "\\ before " + c, cursor.text);
            }
            value.append(c);
        }
    }

    private static void require(boolean holds, String what, String text) {
        if (!holds) {
            throw new AssertionError("not RFC 5424 (" + what + "): " + text);
        }
    }

    private static final class Cursor {
        final String text;
        int at;

        Cursor(String text, int at) {
            this.text = text;
            this.at = at;
        }

        boolean isAtEnd() {
            return at == text.length();
        }

        char peek() {
            require(!isAtEnd(), "ends early", text);
            return text.charAt(at);
        }

        char next() {
            char c = peek();
            at++;
            return c;
        }

        String until(String stops) {
            int from = at;
            while (stops.indexOf(peek()) < 0) {
                at++;
            }
            return text.substring(from, at);
        }
    }
}
