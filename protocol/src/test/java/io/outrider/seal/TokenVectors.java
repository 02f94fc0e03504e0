package io.outrider.seal;

import io.outrider.protocol.Vector;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;

/** Writes the vectors of enrolment tokens. */
final class TokenVectors {
    private static final String SECTION = "3.1";
    private static final String HOST = "fleet.example.org";

    private final byte[] rootSha256 = bytes("root", 32);
    private final byte[] secret = bytes("secret", 16);

    void write() throws IOException {
        good("good-name", HOST);
        good("good-ipv4", "192.0.2.7");
        good("good-ipv6", "2001:db8::7");
        good("good-longest-host", "a".repeat(253));
        String good = token(HOST).format();
        refused("other-prefix", "a token of another version", "outrider2" + good.substring(9));
        refused("no-prefix", "the encoding alone", good.substring(10));
        refused("padded", "base64 with padding: a second form of the same token", good + "==");
        refused("truncated", "the last character is missing", good.substring(0, good.length() - 1));
        refused(
                "spare-bits",
                "bits set that base64 does not use: a second form of the same token",
                withSpareBits());
        refused("line-end", "a line end follows, as a terminal copies it", good + "\\n");
        malformedContents();
    }

    private void malformedContents() throws IOException {
        refused(
                "version-2",
                "another version inside",
                cbor(2, HOST, 8444, 8883, rootSha256, secret));
        refused("port-0", "no port has this number", cbor(1, HOST, 0, 8883, rootSha256, secret));
        refused(
                "port-65536",
                "no port has this number",
                cbor(1, HOST, 8444, 65_536, rootSha256, secret));
        refused(
                "host-with-path",
                "a host that would reach elsewhere in a URL",
                cbor(1, "evil.example/", 8444, 8883, rootSha256, secret));
        refused("host-empty", "no host", cbor(1, "", 8444, 8883, rootSha256, secret));
        refused(
                "host-of-254",
                "longer than a DNS name",
                cbor(1, "a".repeat(254), 8444, 8883, rootSha256, secret));
        refused(
                "short-secret",
                "a secret of 15 bytes",
                cbor(1, HOST, 8444, 8883, rootSha256, Arrays.copyOf(secret, 15)));
        refused(
                "short-hash",
                "a hash of 31 bytes: a root could be found for it",
                cbor(1, HOST, 8444, 8883, Arrays.copyOf(rootSha256, 31), secret));
        refused("empty", "nothing", "");
    }

    private void good(String name, String host) throws IOException {
        vector(name, "accepted", "a token as it should be")
                .with("host", host)
                .with("enrol-port", 8444)
                .with("mqtt-port", 8883)
                .with("root-sha256", rootSha256)
                .with("fleet", Scenario.FLEET)
                .with("tracker", Scenario.TRACKER)
                .with("secret", secret)
                .with("password", token(host).password())
                .with("token", token(host).format())
                .write();
    }

    private EnrolmentToken token(String host) {
        return new EnrolmentToken(
                host,
                8444,
                8883,
                Bytes.copyOf(rootSha256),
                Scenario.FLEET,
                Scenario.TRACKER,
                Secret.copyOf(secret));
    }

    /** A host of such a length that the last character carries bits that nobody reads. */
    private String withSpareBits() {
        String good = token("fleet.example.or").format();
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        int last = alphabet.indexOf(good.charAt(good.length() - 1));
        return good.substring(0, good.length() - 1) + alphabet.charAt(last + 1);
    }

    private static String cbor(
            int version, String host, int enrolPort, int mqttPort, byte[] hash, byte[] secret) {
        byte[] cbor =
                new CborWriter()
                        .array(8)
                        .number(version)
                        .text(host)
                        .number(enrolPort)
                        .number(mqttPort)
                        .bytes(hash)
                        .text(Scenario.FLEET)
                        .text(Scenario.TRACKER)
                        .bytes(secret)
                        .end()
                        .toBytes();
        return "outrider1." + Base64.getUrlEncoder().withoutPadding().encodeToString(cbor);
    }

    private static byte[] bytes(String name, int length) {
        byte[] bytes = new byte[length];
        new FixedRandom(name).nextBytes(bytes);
        return bytes;
    }

    private static void refused(String name, String why, String token) throws IOException {
        vector(name, "MALFORMED", why).with("token", token).write();
    }

    private static Vector vector(String name, String expect, String why) {
        return Scenario.vector("token", name, expect, why, SECTION);
    }
}
