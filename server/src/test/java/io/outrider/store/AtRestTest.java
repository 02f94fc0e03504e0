package io.outrider.store;

import static io.outrider.store.TestTracker.NOON;
import static io.outrider.store.TestTracker.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.keys.KeyMaterial;
import io.outrider.position.Position;
import io.outrider.position.Run;
import io.outrider.position.RunCodec;
import io.outrider.seal.Bytes;
import io.outrider.topic.Channel;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a thief of the database finds. */
class AtRestTest {
    private static final int LATITUDE = 481_234_567;
    private static final int LONGITUDE = -162_345_678;

    @TempDir Path directory;

    @Test
    void no_coordinate_is_in_the_files_in_any_form_it_was_stored_or_sent_in() throws Exception {
        List<byte[]> files = new ArrayList<>();
        try (KeyMaterial keys = TestKeys.in(directory);
                Store store = open(keys)) {
            TestTracker truck = TestTracker.announced(store, 1);
            for (long i = 0; i < 50; i++) {
                await(truck.send(run(i * 10)));
            }
            await(store.add(refusedAsPlainJson()));

            for (String name : List.of("positions.db", "positions.db-wal", "positions.db-shm")) {
                files.add(Files.readAllBytes(directory.resolve(name)));
            }
        }
        files.add(Files.readAllBytes(directory.resolve("positions.db")));

        assertThat(files.get(1).length).as("the log has the positions").isGreaterThan(20_000);
        for (var form : forms().entrySet()) {
            for (byte[] file : files) {
                assertThat(contains(file, form.getValue())).as(form.getKey()).isFalse();
            }
        }
    }

    @Test
    void the_search_finds_what_is_not_sealed() {
        byte[] plaintext = RunCodec.encode(run(0), 0, NOON.toEpochMilli());

        assertThat(contains(plaintext, cbor(LATITUDE))).isTrue();
        assertThat(contains(plaintext, cbor(LONGITUDE))).isTrue();
    }

    /** All at one place, so that what is written is the place and no difference of places. */
    private static Run.Positions run(long first) {
        List<Position> positions = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            positions.add(Position.of(NOON.plusSeconds(first + i), LATITUDE, LONGITUDE));
        }
        return new Run.Positions(first, positions);
    }

    private static RefusedMessage refusedAsPlainJson() {
        byte[] json = "{\"lat\":48.1234567,\"lon\":-16.2345678}".getBytes(StandardCharsets.UTF_8);
        return RefusedMessage.of(1, Channel.REPORT, "unsealed", NOON, Bytes.copyOf(json));
    }

    private static Map<String, byte[]> forms() {
        Map<String, byte[]> forms = new LinkedHashMap<>();
        coordinate(forms, "latitude", LATITUDE);
        coordinate(forms, "longitude", LONGITUDE);
        return forms;
    }

    private static void coordinate(Map<String, byte[]> forms, String name, int e7) {
        double degrees = e7 / 1e7;
        forms.put("big-endian " + name, ByteBuffer.allocate(4).putInt(e7).array());
        forms.put("little-endian " + name, little(4).putInt(e7).array());
        forms.put("big-endian double " + name, ByteBuffer.allocate(8).putDouble(degrees).array());
        forms.put("little-endian double " + name, little(8).putDouble(degrees).array());
        forms.put(
                "big-endian float " + name,
                ByteBuffer.allocate(4).putFloat((float) degrees).array());
        forms.put("CBOR " + name, cbor(e7));
        forms.put("decimal " + name, text(Double.toString(Math.abs(degrees))));
        forms.put("decimal E7 " + name, text(Integer.toString(Math.abs(e7))));
        forms.put("decimal of five digits " + name, text("%.5f".formatted(Math.abs(degrees))));
    }

    /** RFC 8949: the major type and four bytes. */
    private static byte[] cbor(int value) {
        var out = new ByteArrayOutputStream();
        out.write(value >= 0 ? 0x1a : 0x3a);
        out.writeBytes(ByteBuffer.allocate(4).putInt(value >= 0 ? value : -1 - value).array());
        return out.toByteArray();
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static boolean contains(byte[] file, byte[] wanted) {
        return new String(file, StandardCharsets.ISO_8859_1)
                .contains(new String(wanted, StandardCharsets.ISO_8859_1));
    }

    private Store open(KeyMaterial keys) throws Exception {
        return Store.open(
                directory.resolve("positions.db"),
                keys.dataKeys(),
                StoreLimits.DEFAULT,
                InstantSource.fixed(NOON));
    }
}
