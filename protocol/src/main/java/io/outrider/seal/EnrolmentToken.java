package io.outrider.seal;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * What an installer gives a new tracker, once (docs/protocol.md, section 3): where to enrol, which
 * root to believe there, who it is, and the secret that proves it.
 *
 * @param host a DNS name or an IP address, {@code [A-Za-z0-9.:-]{1,253}}
 * @param enrolPort HTTPS, 1 to 65535
 * @param mqttPort MQTT over TLS, 1 to 65535
 * @param rootSha256 SHA-256 over the root certificate in DER
 * @param secret 16 random bytes
 */
public record EnrolmentToken(
        String host,
        int enrolPort,
        int mqttPort,
        Bytes rootSha256,
        String fleet,
        String tracker,
        Secret secret)
        implements AutoCloseable {

    public static final int SECRET_BYTES = 16;

    private static final String PREFIX = "outrider1.";
    private static final int VERSION = 1;
    private static final int PORT_MAX = 65_535;
    private static final int SHA256_BYTES = 32;
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.:-]{1,253}");

    public EnrolmentToken {
        if (!HOST.matcher(host).matches()) {
            throw new IllegalArgumentException("not a host: [A-Za-z0-9.:-]{1,253}");
        }
        Names.requireNumber("enrolment port", enrolPort - 1, PORT_MAX - 1);
        Names.requireNumber("MQTT port", mqttPort - 1, PORT_MAX - 1);
        Names.require(fleet);
        Names.require(tracker);
        if (rootSha256.length() != SHA256_BYTES || secret.length() != SECRET_BYTES) {
            throw new IllegalArgumentException("not a SHA-256 or not a secret of 16 bytes");
        }
    }

    public static Secret newSecret(SecureRandom random) {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return Secret.owning(bytes);
    }

    /** The password of HTTP Basic at enrolment: the secret in base64url without padding. */
    public String password() {
        return secret.exposeTo(EnrolmentToken::base64url);
    }

    /** The text for the installer. It contains the secret. */
    public String format() {
        byte[] cbor =
                secret.exposeTo(bytes ->
                        new CborWriter()
                                .array(8)
                                .number(VERSION)
                                .text(host)
                                .number(enrolPort)
                                .number(mqttPort)
                                .bytes(rootSha256.toArray())
                                .text(fleet)
                                .text(tracker)
                                .bytes(bytes)
                                .end()
                                .toBytes());
        return PREFIX + base64url(cbor);
    }

    /**
     * Reads a token as an installer gives it.
     *
     * @throws Refusal {@code MALFORMED} where the text is not what {@link #format} gives
     */
    public static EnrolmentToken parse(String text) throws Refusal {
        if (!text.startsWith(PREFIX) || text.length() > Limits.TOKEN_CHARS_MAX) {
            throw Refusal.malformed("not an enrolment token");
        }
        EnrolmentToken token = read(decoded(text.substring(PREFIX.length())));
        if (!token.format().equals(text)) { // base64 has spare bits at the end
            token.close();
            throw Refusal.malformed("not in the one form that is allowed");
        }
        return token;
    }

    @Override
    public void close() {
        secret.close();
    }

    private static EnrolmentToken read(byte[] cbor) throws Refusal {
        CborReader in = new CborReader(cbor, Limits.TOKEN_CHARS_MAX);
        in.array();
        in.number(VERSION, VERSION);
        String host = in.text(Limits.HOST_CHARS_MAX);
        if (!HOST.matcher(host).matches()) {
            throw Refusal.malformed("not a host");
        }
        var token =
                new EnrolmentToken(
                        host,
                        (int) in.number(1, PORT_MAX),
                        (int) in.number(1, PORT_MAX),
                        Bytes.copyOf(in.bytes(SHA256_BYTES, SHA256_BYTES)),
                        Names.read(in),
                        Names.read(in),
                        Secret.owning(in.bytes(SECRET_BYTES, SECRET_BYTES)));
        in.endArray();
        return token; // the comparison of the whole text finds what else is wrong
    }

    private static byte[] decoded(String base64url) throws Refusal {
        try {
            return Base64.getUrlDecoder().decode(base64url);
        } catch (IllegalArgumentException e) {
            throw new Refusal(Refusal.Reason.MALFORMED, "not base64url", e);
        }
    }

    private static String base64url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
