package io.outrider.seal;

import io.outrider.Checkout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The vectors of one kind (protocol/vectors): who checks their signatures, and what was signed.
 *
 * @param fields of one of them, by name
 * @param signed the messages of all that are signed as they should be, in hexadecimal
 */
record Vectors(Map<String, String> fields, Set<String> signed) {
    private static final HexFormat HEX = HexFormat.of();

    /** What is signed well, be it to a key that nobody has. */
    private static final Set<String> SIGNED = Set.of("accepted", "UNKNOWN_KEY");

    static Vectors of(String kind, String name) {
        Path folder = Checkout.root().resolve("protocol/vectors").resolve(kind);
        try (Stream<Path> files = Files.list(folder)) {
            var signed = new HashSet<String>();
            for (Path file : files.toList()) {
                Map<String, String> fields = read(file);
                if (SIGNED.contains(text(fields, "expect"))) {
                    signed.add(text(fields, kind));
                }
            }
            return new Vectors(read(folder.resolve(name + ".txt")), signed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> read(Path file) throws IOException {
        var fields = new LinkedHashMap<String, String>();
        for (String line : Files.readAllLines(file)) {
            String[] parts = line.split(": ?", 2);
            fields.put(parts[0], parts[1]);
        }
        return fields;
    }

    private static String text(Map<String, String> fields, String name) {
        return Objects.requireNonNull(fields.get(name), name);
    }

    boolean areSigned(byte[] message) {
        return signed.contains(HEX.formatHex(message));
    }

    /** A P-256 key from its point. */
    PublicKey key(String name) throws Refusal {
        return CurveKeys.publicKey(Suite.P256_HPKE, HEX.parseHex(text(fields, name)));
    }

    X509Certificate certificate(String name) throws Refusal {
        return Certificates.parse(HEX.parseHex(text(fields, name)));
    }

    Instant now() {
        return Instant.parse(text(fields, "now"));
    }
}
