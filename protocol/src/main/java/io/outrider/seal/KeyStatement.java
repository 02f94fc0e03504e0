package io.outrider.seal;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What the authority says that trackers shall seal to and believe (docs/protocol.md, section 4). A
 * tracker keeps the highest serial that it saw and refuses lower ones.
 *
 * @param serial rises with each statement, 0 to 2^62 - 1
 * @param issuedAt in whole milliseconds
 * @param installation whose statement it is, {@code [a-z0-9._-]{1,64}}
 * @param sealingKeys at least one; those of suites that this side does not know are not among them
 * @param commandKey P-256; signs announce requests and commands
 * @param trustAnchors roots that trackers shall trust from now on, old ones overlapping new
 * @param deleteOn what allows a tracker to delete a position from its journal
 */
public record KeyStatement(
        long serial,
        Instant issuedAt,
        String installation,
        List<SealingPublicKey> sealingKeys,
        PublicKey commandKey,
        List<X509Certificate> trustAnchors,
        DeleteOn deleteOn) {

    /**
     * The extended key usage of a signer of key statements: 2.25 with the UUID
     * 0b8b59ab-e1e3-4786-812d-00113a90eb64 (ITU-T X.667).
     */
    public static final String SIGNER_USAGE = "2.25.15345055969349821720224323440691178340";

    private static final String PURPOSE = "key statement";
    private static final Pattern INSTALLATION = Pattern.compile("[a-z0-9._-]{1,64}");

    /** What allows a tracker to delete. */
    public enum DeleteOn {
        /** PUBACK with reason code 0x00: on a broker that is trusted to mean it. */
        PUBACK(1),
        /** A receipt sealed by the backend. */
        RECEIPT(2);

        private final int code;

        DeleteOn(int code) {
            this.code = code;
        }

        private static DeleteOn ofCode(long code) {
            return code == PUBACK.code ? PUBACK : RECEIPT;
        }
    }

    public KeyStatement {
        Names.requireNumber("serial", serial, Limits.NUMBER_MAX);
        issuedAt = issuedAt.truncatedTo(ChronoUnit.MILLIS);
        Names.requireNumber("time of issue", issuedAt.toEpochMilli(), Limits.TIME_MS_MAX);
        requireInstallation(installation);
        requireCount("sealing keys", sealingKeys.size(), Limits.SEALING_KEYS_MAX);
        requireCount("trust anchors", trustAnchors.size(), Limits.TRUST_ANCHORS_MAX);
        if (!CurveKeys.isP256(commandKey)) {
            throw new IllegalArgumentException("the command key is not of P-256");
        }
        sealingKeys = List.copyOf(sealingKeys);
        trustAnchors = List.copyOf(trustAnchors);
    }

    /**
     * Signs the statement.
     *
     * @param key P-256, of the chain's first certificate, which has {@link #SIGNER_USAGE}
     * @param chain one to four certificates, signer first; the root may be left out
     * @return COSE_Sign1
     */
    public byte[] sign(PrivateKey key, List<X509Certificate> chain, SecureRandom random) {
        requireCount("certificates", chain.size(), Limits.CHAIN_CERTIFICATES_MAX);
        List<byte[]> encoded = chain.stream().map(Certificates::der).toList();
        return CoseSign1.sign(key, random, PURPOSE, encoded, toWire().toPayload());
    }

    /**
     * Reads a statement and checks that the authority under the pinned root signed it.
     *
     * @throws Refusal {@code MALFORMED}, {@code FORGED} where no chain leads from its signature to
     *     the pinned root, {@code EXPIRED} outside a certificate's validity, {@code
     *     UNSUPPORTED_SUITE} where none of its sealing keys is of a suite known here
     */
    public static KeyStatement verify(byte[] coseSign1, X509Certificate pinnedRoot, Instant now)
            throws Refusal {
        CoseSign1 signed = CoseSign1.parse(coseSign1, Limits.KEY_STATEMENT_BYTES_MAX);
        List<X509Certificate> chain = new ArrayList<>();
        for (byte[] der : signed.chain()) {
            chain.add(Certificates.parse(der));
        }
        X509Certificate signer = Certificates.verifiedSigner(chain, pinnedRoot, now, SIGNER_USAGE);
        byte[] payload = signed.payload(signer.getPublicKey(), PURPOSE);
        return ofWire(KeyStatementWire.read(payload));
    }

    private KeyStatementWire toWire() {
        return new KeyStatementWire(
                serial,
                issuedAt.toEpochMilli(),
                installation,
                sealingKeys.stream()
                        .map(key ->
                                new KeyStatementWire.Key(
                                        key.suite().code(), Bytes.copyOf(key.bytes())))
                        .toList(),
                Bytes.copyOf(commandKey.getEncoded()),
                trustAnchors.stream().map(Certificates::der).map(Bytes::copyOf).toList(),
                deleteOn.code);
    }

    /** Of a payload whose signature was verified, or is of no interest. */
    static KeyStatement ofWire(KeyStatementWire wire) throws Refusal {
        if (!INSTALLATION.matcher(wire.installation()).matches()) {
            throw Refusal.malformed("not the name of an installation");
        }
        List<SealingPublicKey> sealingKeys = new ArrayList<>();
        for (KeyStatementWire.Key key : wire.sealingKeys()) {
            var suite = Suite.ofCode(key.suiteCode());
            if (suite.isPresent()) { // keys of later suites are for later trackers
                sealingKeys.add(SealingPublicKey.of(suite.get(), key.bytes().toArray()));
            }
        }
        if (sealingKeys.isEmpty()) {
            throw new Refusal(Refusal.Reason.UNSUPPORTED_SUITE, "no sealing key of a known suite");
        }
        List<X509Certificate> trustAnchors = new ArrayList<>();
        for (Bytes der : wire.trustAnchors()) {
            trustAnchors.add(Certificates.parse(der.toArray()));
        }
        return new KeyStatement(
                wire.serial(),
                Instant.ofEpochMilli(wire.issuedAtMs()),
                wire.installation(),
                sealingKeys,
                readCommandKey(wire.commandKey().toArray()),
                trustAnchors,
                DeleteOn.ofCode(wire.deleteOn()));
    }

    private static PublicKey readCommandKey(byte[] spki) throws Refusal {
        try {
            PublicKey key =
                    KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki));
            if (CurveKeys.isP256(key) && Arrays.equals(key.getEncoded(), spki)) {
                return key;
            }
        } catch (InvalidKeySpecException e) {
            throw new Refusal(Refusal.Reason.MALFORMED, "not a command key", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks EC", e);
        }
        throw Refusal.malformed("the command key is not of P-256");
    }

    private static void requireInstallation(String installation) {
        if (!INSTALLATION.matcher(installation).matches()) {
            throw new IllegalArgumentException(
                    "not the name of an installation: [a-z0-9._-]{1,64}");
        }
    }

    private static void requireCount(String what, int count, int max) {
        if (count < 1 || count > max) {
            throw new IllegalArgumentException(count + " " + what + ", not 1 to " + max);
        }
    }
}
