package io.outrider.position;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of columns in docs/protocol.md, section 9.2, is what the code writes and reads. */
class DocumentedColumnsTest {
    private static final Path DOCUMENT = Path.of("../docs/protocol.md");
    private static final Pattern ROW = Pattern.compile("\\| ([^|`]+) \\| `([^`]+)` \\|");

    @Test
    void every_row_of_the_table_is_what_the_code_does() throws IOException, MalformedRun {
        int rows = 0;
        for (String line : section()) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                assertRow(row.group(1), row.group(2));
                rows++;
            }
        }

        assertThat(rows).isEqualTo(11);
    }

    /** The speeds of positions at one place and moment, all other columns constant or absent. */
    private static void assertRow(String values, String column) throws MalformedRun {
        List<Position> positions = new ArrayList<>();
        for (String value : values.split(", ", -1)) {
            Integer speed = value.equals("none") ? null : Integer.valueOf(value);
            positions.add(new Position(Instant.EPOCH, 1, 2, speed, null, null, null, null, null));
        }
        var run = new Run.Positions(0, positions);
        boolean absent = column.equals("null");
        String head = (absent ? "85" : "86") + "00" + hex(positions.size()) + "000102";
        byte[] expected = HexFormat.of().parseHex(head + (absent ? "" : cbor(column)));

        assertThat(RunCodec.encode(run, 0, 0)).as(values).isEqualTo(expected);
        assertThat(RunCodec.decode(expected, 0, 0)).as(column).isEqualTo(run);
    }

    /** Diagnostic notation of a small column as CBOR in hexadecimal. */
    private static String cbor(String column) {
        if (!column.startsWith("[")) {
            return column.equals("null") ? "f6" : hex(Integer.parseInt(column));
        }
        String[] elements = column.substring(1, column.length() - 1).split(", ", -1);
        var cbor = new StringBuilder(hex(0x80 + elements.length));
        for (String element : elements) {
            cbor.append(cbor(element));
        }
        return cbor.toString();
    }

    private static String hex(int small) {
        return HexFormat.of().toHexDigits((byte) small);
    }

    private static List<String> section() throws IOException {
        List<String> lines = Files.readAllLines(DOCUMENT);
        return lines.subList(lines.indexOf("### 9.2 Columns"), lines.indexOf("### 9.4 Dropped"));
    }
}
