package io.outrider.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.outrider.protocol.ForAll;
import io.outrider.protocol.Vector;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nothing but a refusal comes out of bytes that nobody sealed or signed. */
class HostileBytesTest {
    private final Scenario scenario = new Scenario(Suite.P256_HPKE);
    private final PublicKey identity = Scenario.IDENTITY.publicKey();
    private final PublicKey command = TestKey.signing("command key").publicKey();
    private final X509Certificate root = new TestCertificates("demo").root;
    private final BackendEpoch epoch =
            BackendEpoch.of(scenario.announcement(), scenario.epochSecret());

    /** Reads bytes from outside; whatever it returns, somebody signed or sealed. */
    private interface Reader {
        Object read(byte[] bytes) throws Refusal;
    }

    /** A reader and a message that it accepts. */
    private record Target(String name, Reader reader, Bytes message) {
        Target(String name, Reader reader, byte[] message) {
            this(name, reader, Bytes.copyOf(message));
        }

        byte[] bytes() {
            return message.toArray();
        }
    }

    HostileBytesTest() throws Exception {}

    @Test
    void every_flipped_bit_is_refused() throws Exception {
        for (Target target : targets()) {
            byte[] good = target.bytes();
            assertThat(target.reader.read(good)).as(target.name).isNotNull();
            for (int bit = 0; bit < 8 * good.length; bit++) {
                byte[] flipped = good.clone();
                flipped[bit / 8] ^= (byte) (1 << bit % 8);
                assertRefused(target, flipped);
            }
        }
    }

    /** Its certificates have signatures of their own, of which Java reads more than one form. */
    @Test
    void a_flipped_bit_of_a_statement_is_refused_or_changes_nothing() throws Exception {
        byte[] good = Vector.read("statement", "good").bytes("statement");
        KeyStatement statement = readStatement(good);
        for (int i = 0; i < good.length; i++) {
            byte[] flipped = good.clone();
            flipped[i] ^= (byte) (1 << i % 8);
            try {
                assertThat(readStatement(flipped)).isEqualTo(statement);
            } catch (Refusal expected) {
                assertThat(expected.reason()).isNotNull();
            }
        }
    }

    @Test
    void every_truncation_is_refused() throws Exception {
        for (Target target : targets()) {
            for (int length = 0; length < target.bytes().length; length++) {
                assertRefused(target, Arrays.copyOf(target.bytes(), length));
            }
        }
    }

    @Test
    void every_byte_that_follows_is_refused() throws Exception {
        for (Target target : targets()) {
            byte[] longer = Arrays.copyOf(target.bytes(), target.bytes().length + 1);
            for (int last = 0; last < 256; last++) {
                longer[longer.length - 1] = (byte) last;
                assertRefused(target, longer);
            }
        }
    }

    @Test
    void every_truncation_of_a_statement_is_refused() throws Exception {
        byte[] good = Vector.read("statement", "good").bytes("statement");
        for (int length = 0; length < good.length; length++) {
            byte[] truncated = Arrays.copyOf(good, length);

            assertThatThrownBy(() -> readStatement(truncated)).isInstanceOf(Refusal.class);
        }
    }

    @Test
    void statements_with_random_damage_are_refused_or_unchanged() throws Exception {
        byte[] good = Vector.read("statement", "good").bytes("statement");
        KeyStatement statement = readStatement(good);
        ForAll.seeds(
                300,
                random -> {
                    byte[] damaged = good.clone();
                    damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
                    damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
                    try {
                        assertThat(readStatement(damaged)).isEqualTo(statement);
                    } catch (Refusal expected) {
                        assertThat(expected.reason()).isNotNull();
                    }
                });
    }

    @Test
    void random_bytes_are_refused() throws Exception {
        List<Target> targets = targets();
        ForAll.seeds(
                20_000,
                random -> {
                    byte[] bytes = new byte[random.nextInt(200)];
                    random.nextBytes(bytes);
                    for (Target target : targets) {
                        assertRefused(target, bytes);
                    }
                });
    }

    @Test
    void messages_with_random_damage_are_refused() throws Exception {
        List<Target> targets = targets();
        ForAll.seeds(
                2_000,
                random -> {
                    Target target = targets.get(random.nextInt(targets.size()));
                    byte[] damaged = target.bytes().clone();
                    int changes = 1 + random.nextInt(4);
                    for (int i = 0; i < changes; i++) {
                        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
                    }
                    if (!Arrays.equals(damaged, target.bytes())) {
                        assertRefused(target, damaged);
                    }
                });
    }

    @Test
    void payloads_with_random_damage_that_are_signed_are_read_or_refused() throws Exception {
        byte[] payload = scenario.announcement().toPayload();
        ForAll.seeds(
                2_000,
                random -> {
                    byte[] damaged = payload.clone();
                    int changes = 1 + random.nextInt(3);
                    for (int i = 0; i < changes; i++) {
                        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
                    }
                    assertReadBackOrRefused(damaged);
                });
    }

    private static void assertReadBackOrRefused(byte[] payload) {
        try {
            assertThat(Announcement.read(payload).toPayload()).isEqualTo(payload);
        } catch (Refusal expected) {
            assertThat(expected.reason())
                    .isIn(Refusal.Reason.MALFORMED, Refusal.Reason.UNSUPPORTED_SUITE);
        }
    }

    private List<Target> targets() throws Exception {
        return List.of(
                new Target(
                        "announcement",
                        bytes ->
                                BackendEpoch.verify(
                                        bytes, Scenario.FLEET, Scenario.TRACKER, identity),
                        scenario.begin().announcement()),
                new Target(
                        "report",
                        bytes -> epoch.open(SealedReport.parse(bytes)),
                        scenario.begin().seal(Scenario.plaintext())),
                new Target(
                        "request",
                        bytes ->
                                AnnounceRequest.verify(
                                        bytes, Scenario.FLEET, Scenario.TRACKER, command),
                        Vector.read("request", "good").bytes("request")),
                new Target("token", HostileBytesTest::readToken, tokenBytes()));
    }

    private KeyStatement readStatement(byte[] bytes) throws Refusal {
        return KeyStatement.verify(bytes, root, TestCertificates.NOW);
    }

    /** A token carries no signature, so what is damaged in it may be another good token. */
    private static Object readToken(byte[] cbor) throws Refusal {
        String text = "outrider1." + Base64.getUrlEncoder().withoutPadding().encodeToString(cbor);
        EnrolmentToken token = EnrolmentToken.parse(text);
        assertThat(token.format()).isEqualTo(text);
        if (!text.equals(goodToken())) {
            throw Refusal.forged("another token");
        }
        return token;
    }

    private static byte[] tokenBytes() {
        return Base64.getUrlDecoder().decode(goodToken().substring("outrider1.".length()));
    }

    private static String goodToken() {
        return Vector.read("token", "good-name").text("token");
    }

    private static void assertRefused(Target target, byte[] bytes) {
        try {
            target.reader.read(bytes);
        } catch (Refusal expected) {
            return;
        }
        fail("%s accepted %s", target.name, Bytes.copyOf(bytes));
    }

    @Test
    void random_text_is_no_token() throws Exception {
        ForAll.seeds(
                5_000,
                random -> {
                    byte[] bytes = new byte[random.nextInt(100)];
                    random.nextBytes(bytes);
                    String text = "outrider1." + new String(bytes, StandardCharsets.ISO_8859_1);
                    try (EnrolmentToken token = EnrolmentToken.parse(text)) {
                        fail("accepted as %s", token);
                    } catch (Refusal expected) {
                        assertThat(expected.reason()).isEqualTo(Refusal.Reason.MALFORMED);
                    }
                });
    }
}
