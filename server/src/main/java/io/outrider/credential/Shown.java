package io.outrider.credential;

/** What a stranger wrote, fit for an operator's log: short, and printable ASCII. */
final class Shown {
    private static final int CHARS_MAX = 64;

    private Shown() {}

    static String of(String text) {
        var shown = new StringBuilder("\"");
        text.chars()
                .limit(CHARS_MAX)
                .forEach(c -> shown.append(c < 0x20 || c > 0x7e || c == '"' ? '?' : (char) c));
        return shown.append(text.length() > CHARS_MAX ? "…\"" : "\"").toString();
    }
}
