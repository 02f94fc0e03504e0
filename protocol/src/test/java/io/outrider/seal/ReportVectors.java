package io.outrider.seal;

import io.outrider.protocol.Vector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Writes the vectors of reports. */
final class ReportVectors {
    private static final String KIND = "report";
    private static final String FORM = "8.1";
    private static final String SEALING = "8.2";
    private static final int UP = 0;
    private static final int DOWN = 1;
    private static final String PROTECTED_HEX = "43a10103";

    private final Scenario p256 = new Scenario(Suite.P256_HPKE);
    private final Scenario x25519 = new Scenario(Suite.X25519_HPKE);
    private final byte[] plaintext = Scenario.plaintext();

    void write() throws Exception {
        good("good-p256", "three positions sealed as they should be", p256, 0);
        good("good-x25519", "three positions sealed as they should be", x25519, 0);
        good("good-counter-255", "the last counter of one byte", p256, 255);
        good("good-counter-256", "the first counter of two bytes", p256, 256);
        good("good-counter-65535", "the last counter of two bytes", p256, 65_535);
        good("good-counter-65536", "the first counter of three bytes", p256, 65_536);
        good("good-counter-last", "the last counter of an epoch", p256, (1 << 20) - 1);
        forgedBytes();
        forgedContext();
        malformedHeaders();
        malformedForms();
    }

    private void good(String name, String why, Scenario scenario, int counter) throws Exception {
        byte[] report = sealed(scenario, Scenario.TRACKER, "report", UP, counter);
        vector(name, "accepted", why, FORM, scenario)
                .with("counter", counter)
                .with("plaintext", plaintext)
                .with("nonce", nonce(scenario, counter))
                .with("enc-structure", associatedData(scenario, Scenario.TRACKER, "report", UP))
                .with("report", report)
                .write();
    }

    private void forgedBytes() throws Exception {
        byte[] good = sealed(p256, Scenario.TRACKER, "report", UP, 7);
        forged(
                "tag-bit",
                "the last bit of the tag is flipped; a forger hopes that only a prefix is compared",
                AnnouncementVectors.flipped(good, good.length - 1));
        forged(
                "ciphertext-bit",
                "one bit of the ciphertext is flipped: with counter mode that moves the vehicle",
                AnnouncementVectors.flipped(good, 16));
        byte[] counter = good.clone();
        counter[11] = 8;
        forged("counter-moved", "an old report replayed under a fresh counter", counter);
        byte[] kid = good.clone();
        kid[8] = 4;
        forged("kid-of-other-epoch", "the key identifier of another epoch", kid);
    }

    private void forgedContext() throws Exception {
        forged(
                "other-tracker",
                "another tracker's report under this one's topic, sealed with the same secret",
                sealed(p256, "van-18", "report", UP, 7));
        forged(
                "other-channel",
                "sealed for another channel",
                sealed(p256, Scenario.TRACKER, "epoch", UP, 7));
        forged(
                "reflected",
                "sealed by the backend for the tracker, and sent back",
                sealed(p256, Scenario.TRACKER, "down", DOWN, 7));
        forged(
                "other-epoch",
                "sealed in another epoch of the same number",
                sealed(x25519, Scenario.TRACKER, "report", UP, 7));
    }

    private void malformedHeaders() throws Exception {
        String sealed = hex(ciphertext(p256, Scenario.TRACKER, "report", UP, 7));
        header(
                "leading-zero",
                "counter 7 as two bytes: a second form of the same report, to pass a check for duplicates",
                "a20441030642" + "0007",
                sealed);
        header("counter-empty", "a Partial IV without a byte", "a20441030640", sealed);
        header(
                "counter-beyond",
                "counter 2^20: more than an epoch may seal",
                "a20441030643" + "100000",
                sealed);
        header("counter-of-4", "a Partial IV of four bytes", "a20441030644" + "01000007", sealed);
        header("kid-of-2", "a key identifier of two bytes", "a20442010306" + "4107", sealed);
        header("kid-empty", "a key identifier without a byte", "a204400641" + "07", sealed);
        header("no-kid", "no key identifier: would need a trial of keys", "a106" + "4107", sealed);
        header(
                "full-iv",
                "an IV in place of a Partial IV",
                "a204410305" + "4c000000000000000000000007",
                sealed);
        header(
                "algorithm-outside",
                "an algorithm in the unprotected header, where anyone can change it",
                "a30103044103064107",
                sealed);
        header("order", "labels in the wrong order", "a2064107044103", sealed);
        header("text-labels", "labels as text", "a261344103" + "61364107", sealed);
        header("indefinite-map", "a map of indefinite length", "bf044103064107ff", sealed);
        header(
                "twice",
                "a label twice: two readers may take different ones",
                "a304410304410306" + "4107",
                sealed);
    }

    private void malformedForms() throws Exception {
        byte[] good = sealed(p256, Scenario.TRACKER, "report", UP, 7);
        String body = "a2044103064107" + hex(ciphertext(p256, Scenario.TRACKER, "report", UP, 7));
        form("empty", "no byte at all", "");
        form(
                "plain",
                "a run that was never sealed: a tracker enrolled to seal is never accepted unsealed",
                HexFormat.of().formatHex(plaintext));
        form("trailing-byte", "a byte follows", HexFormat.of().formatHex(good) + "00");
        form(
                "truncated",
                "the last byte is missing",
                HexFormat.of().formatHex(Arrays.copyOf(good, good.length - 1)));
        form(
                "tagged",
                "CBOR tag 16: a second form of the same report",
                "d083" + PROTECTED_HEX + body);
        form("a128gcm", "A128GCM in the protected header: a weaker algorithm", "8343a10101" + body);
        form("empty-protected", "no algorithm in the protected header", "8340" + body);
        form("long-head", "a length in two bytes where one does", "8358" + "03a10103" + body);
        form(
                "indefinite-array",
                "an array of indefinite length",
                "9f" + PROTECTED_HEX + body + "ff");
        form("four-items", "a COSE_Encrypt with recipients", "84" + PROTECTED_HEX + body + "80");
        form(
                "tag-only",
                "a tag and nothing sealed under it",
                "83" + PROTECTED_HEX + "a204410306410750" + "00".repeat(16));
        form(
                "detached",
                "the ciphertext left out (nil)",
                "83" + PROTECTED_HEX + "a2044103064107f6");
    }

    private void forged(String name, String why, byte[] report) throws Exception {
        vector(name, "FORGED", why, SEALING, p256).with("report", report).write();
    }

    private void header(String name, String why, String map, String ciphertext) throws Exception {
        form(name, why, "83" + PROTECTED_HEX + map + ciphertext);
    }

    private void form(String name, String why, String report) throws Exception {
        vector(name, "MALFORMED", why, FORM, p256).with("report", report).write();
    }

    private Vector vector(String name, String expect, String why, String section, Scenario scenario)
            throws Refusal, IOException {
        byte[] keyAndIv = keyAndIv(scenario, Scenario.TRACKER, UP);
        return Scenario.vector(KIND, name, expect, why, section)
                .with("suite", scenario.suite.code())
                .with("fleet", Scenario.FLEET)
                .with("tracker", Scenario.TRACKER)
                .with("epoch-number", Scenario.EPOCH_NUMBER)
                .with("epoch-id", Scenario.hex(scenario.epochId))
                .with("epoch-secret", AnnouncementVectors.bytes(scenario.epochSecret()))
                .with("report-key", Arrays.copyOf(keyAndIv, 32))
                .with("report-base-iv", Arrays.copyOfRange(keyAndIv, 32, 44));
    }

    /** Sealed without the code under test, step by step after section 8. */
    private byte[] sealed(
            Scenario scenario, String tracker, String channel, int direction, int counter)
            throws Refusal, GeneralSecurityException {
        byte[] partialIv =
                counter > 0xffff
                        ? new byte[] {(byte) (counter >> 16), (byte) (counter >> 8), (byte) counter}
                        : counter > 0xff
                                ? new byte[] {(byte) (counter >> 8), (byte) counter}
                                : new byte[] {(byte) counter};
        String header = "83" + PROTECTED_HEX + "a2044103" + "064" + partialIv.length;
        return HexFormat.of()
                .parseHex(
                        header
                                + HexFormat.of().formatHex(partialIv)
                                + hex(ciphertext(scenario, tracker, channel, direction, counter)));
    }

    private byte[] ciphertext(
            Scenario scenario, String tracker, String channel, int direction, int counter)
            throws Refusal, GeneralSecurityException {
        byte[] keyAndIv = keyAndIv(scenario, tracker, direction);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
                Cipher.ENCRYPT_MODE,
                new SecretKeySpec(keyAndIv, 0, 32, "AES"),
                new GCMParameterSpec(128, nonce(keyAndIv, counter)));
        cipher.updateAAD(associatedData(scenario, tracker, channel, direction));
        return cipher.doFinal(plaintext);
    }

    static byte[] keyAndIv(Scenario scenario, String tracker, int direction) throws Refusal {
        byte[] salt = ByteBuffer.allocate(8).putLong(scenario.epochId).array();
        byte[] info =
                HexFormat.of()
                        .parseHex(
                                "8501"
                                        + text(Scenario.FLEET)
                                        + text(tracker)
                                        + "0"
                                        + scenario.suite.code()
                                        + "0"
                                        + direction);
        byte[] secret = AnnouncementVectors.bytes(scenario.epochSecret());
        return AnnouncementVectors.bytes(Hkdf.expand(Hkdf.extract(salt, secret), info, 44));
    }

    private static byte[] associatedData(
            Scenario scenario, String tracker, String channel, int direction) {
        String external =
                "8601"
                        + text(Scenario.FLEET)
                        + text(tracker)
                        + text(channel)
                        + "0"
                        + direction
                        + "48"
                        + Scenario.hex(scenario.epochId);
        return HexFormat.of()
                .parseHex(
                        "83"
                                + text("Encrypt0")
                                + PROTECTED_HEX
                                + "58"
                                + HexFormat.of().toHexDigits((byte) (external.length() / 2))
                                + external);
    }

    private static byte[] nonce(Scenario scenario, int counter) throws Refusal {
        return nonce(keyAndIv(scenario, Scenario.TRACKER, UP), counter);
    }

    private static byte[] nonce(byte[] keyAndIv, int counter) {
        ByteBuffer nonce = ByteBuffer.wrap(Arrays.copyOfRange(keyAndIv, 32, 44));
        nonce.putInt(8, nonce.getInt(8) ^ counter);
        return nonce.array();
    }

    /** A text of less than 24 characters in CBOR. */
    private static String text(String text) {
        var hex = new StringBuilder(HexFormat.of().toHexDigits((byte) (0x60 + text.length())));
        text.chars().forEach(c -> hex.append(HexFormat.of().toHexDigits((byte) c)));
        return hex.toString();
    }

    /** A byte string of 24 to 255 bytes in CBOR. */
    private static String hex(byte[] bytes) {
        return "58"
                + HexFormat.of().toHexDigits((byte) bytes.length)
                + HexFormat.of().formatHex(bytes);
    }
}
