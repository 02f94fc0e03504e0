package io.outrider.seal;

import java.util.regex.Pattern;

/** The forms that names and numbers have wherever they are signed or sealed. */
final class Names {
    private static final int NAME_BYTES_MAX = 32;
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,32}");

    private Names() {}

    static void require(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not a name of the form [a-z0-9-]{1,32}");
        }
    }

    static void requireNumber(String what, long value, long max) {
        if (value < 0 || value > max) {
            throw new IllegalArgumentException(what + " " + value + " is outside 0 to " + max);
        }
    }

    static String read(CborReader in) throws Refusal {
        String name = in.text(NAME_BYTES_MAX);
        if (!NAME.matcher(name).matches()) {
            throw Refusal.malformed("not a name");
        }
        return name;
    }
}
