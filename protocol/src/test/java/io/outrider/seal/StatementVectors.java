package io.outrider.seal;

import io.outrider.protocol.Vector;
import io.outrider.seal.KeyStatement.DeleteOn;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Writes the vectors of key statements. */
final class StatementVectors {
    private static final String FORM = "4.2";
    private static final String SIGNER = "4.3";
    private static final Instant ISSUED = Instant.parse("2026-11-01T06:00:00Z");

    private final TestCertificates authority = new TestCertificates("demo");
    private final TestCertificates stranger = new TestCertificates("stranger");
    private final TestKey p256 = TestKey.of(Suite.P256_HPKE, "sealing key");
    private final TestKey x25519 = TestKey.of(Suite.X25519_HPKE, "sealing key");
    private final TestKey command = TestKey.signing("command key");

    StatementVectors() throws Exception {}

    void write() throws Exception {
        good();
        signers();
        chains();
        validity();
        malformed();
        malformedKeys();
    }

    private void good() throws Exception {
        byte[] both = signed(wire(keys(), DeleteOn.PUBACK).toPayload());
        accepted("good", "both suites, PUBACK deletes", both, 2, DeleteOn.PUBACK);
        byte[] receipt = signed(wire(keys(), DeleteOn.RECEIPT).toPayload());
        accepted("good-receipt", "only a receipt deletes", receipt, 2, DeleteOn.RECEIPT);
        List<KeyStatementWire.Key> later = new ArrayList<>(keys());
        later.add(new KeyStatementWire.Key(3, Bytes.copyOf(new byte[1249])));
        byte[] hybrid = signed(wire(later, DeleteOn.PUBACK).toPayload());
        accepted("good-later-suite", "a key of suite 3, passed over", hybrid, 2, DeleteOn.PUBACK);
        byte[] withRoot =
                CoseSign1.sign(
                        authority.signerKey.privateKey(),
                        new FixedRandom("signature"),
                        "key statement",
                        der(authority.signer(), authority.issuing, authority.root),
                        wire(keys(), DeleteOn.PUBACK).toPayload());
        accepted(
                "good-with-root",
                "the chain ends in the root itself",
                withRoot,
                2,
                DeleteOn.PUBACK);
    }

    private void signers() throws Exception {
        byte[] payload = wire(keys(), DeleteOn.PUBACK).toPayload();
        byte[] good = signed(payload);
        refused(
                "signature-bit",
                "FORGED",
                "one bit of the signature is flipped",
                SIGNER,
                AnnouncementVectors.flipped(good, good.length - 1));
        refused(
                "other-root",
                "FORGED",
                "signed by an authority under another root",
                SIGNER,
                signed(stranger.signerKey, payload, stranger.signer(), stranger.issuing));
        refused(
                "wrong-usage",
                "FORGED",
                "signed with the key of a TLS server: who runs the broker could name its own sealing keys",
                SIGNER,
                signed(authority.signerKey, payload, authority.server(), authority.issuing));
        refused(
                "signed-by-ca",
                "FORGED",
                "signed by the issuing CA itself",
                SIGNER,
                signed(authority.issuingKey, payload, authority.issuing));
    }

    private void chains() throws Exception {
        byte[] payload = wire(keys(), DeleteOn.PUBACK).toPayload();
        refused(
                "no-chain",
                "FORGED",
                "no certificate comes along",
                SIGNER,
                signed(authority.signerKey, payload));
        refused(
                "root-only",
                "FORGED",
                "the root alone, which is no signer",
                SIGNER,
                signed(authority.rootKey, payload, authority.root));
        refused(
                "no-issuing",
                "FORGED",
                "the issuing CA is left out of the chain",
                SIGNER,
                signed(authority.signerKey, payload, authority.signer()));
        refused(
                "other-key",
                "FORGED",
                "signed by another key than that of the certificate",
                SIGNER,
                signed(stranger.signerKey, payload, authority.signer(), authority.issuing));
        refused(
                "other-purpose",
                "FORGED",
                "a signature for another purpose",
                SIGNER,
                CoseSign1.sign(
                        authority.signerKey.privateKey(),
                        new FixedRandom("signature"),
                        "announcement",
                        der(authority.signer(), authority.issuing),
                        payload));
    }

    private void validity() throws Exception {
        byte[] payload = wire(keys(), DeleteOn.PUBACK).toPayload();
        X509Certificate ended = authority.signerUntil(TestCertificates.NOW.minusSeconds(1));
        refused(
                "expired",
                "EXPIRED",
                "the signer's certificate ended a second ago",
                SIGNER,
                signed(authority.signerKey, payload, ended, authority.issuing));
        X509Certificate coming = authority.signerFrom(TestCertificates.NOW.plusSeconds(1));
        refused(
                "not-yet-valid",
                "EXPIRED",
                "the signer's certificate begins in a second",
                SIGNER,
                signed(authority.signerKey, payload, coming, authority.issuing));
    }

    private void malformed() throws Exception {
        byte[] good = signed(wire(keys(), DeleteOn.PUBACK).toPayload());
        malformed("trailing-byte", "a byte follows", Arrays.copyOf(good, good.length + 1));
        malformed("truncated", "the last byte is missing", Arrays.copyOf(good, good.length - 1));
        malformed(
                "no-sealing-key",
                "no sealing key at all",
                signed(wire(List.of(), DeleteOn.PUBACK).toPayload()));
        List<KeyStatementWire.Key> onlyLater =
                List.of(new KeyStatementWire.Key(3, Bytes.copyOf(new byte[1249])));
        refused(
                "only-later-suites",
                "UNSUPPORTED_SUITE",
                "sealing keys of suite 3 only",
                FORM,
                signed(wire(onlyLater, DeleteOn.PUBACK).toPayload()));
    }

    private void malformedKeys() throws Exception {
        byte[] offCurve = p256.publicBytes();
        offCurve[64] ^= 1;
        List<KeyStatementWire.Key> bad =
                List.of(new KeyStatementWire.Key(1, Bytes.copyOf(offCurve)));
        malformed(
                "sealing-key-off-curve",
                "a sealing key that is no point of P-256",
                signed(wire(bad, DeleteOn.PUBACK).toPayload()));
        KeyPairGenerator p384 = KeyPairGenerator.getInstance("EC");
        p384.initialize(new ECGenParameterSpec("secp384r1"), new FixedRandom("p384"));
        byte[] otherCurve = p384.generateKeyPair().getPublic().getEncoded();
        malformed(
                "command-key-p384",
                "a command key of another curve",
                signed(wire(keys(), otherCurve, der(authority.root), 1).toPayload()));
        malformed(
                "no-trust-anchor",
                "no trust anchor: nothing could be trusted from now on",
                signed(wire(keys(), command.publicKey().getEncoded(), List.of(), 1).toPayload()));
        byte[] anchor =
                Arrays.copyOf(authority.root.getEncoded(), authority.root.getEncoded().length + 1);
        malformed(
                "anchor-and-more",
                "a byte follows a trust anchor",
                signed(
                        wire(keys(), command.publicKey().getEncoded(), List.of(anchor), 1)
                                .toPayload()));
        malformed(
                "delete-on-3",
                "an unknown rule of deletion",
                signed(
                        wire(keys(), command.publicKey().getEncoded(), der(authority.root), 3)
                                .toPayload()));
    }

    private List<KeyStatementWire.Key> keys() {
        return List.of(
                new KeyStatementWire.Key(1, Bytes.copyOf(p256.publicBytes())),
                new KeyStatementWire.Key(2, Bytes.copyOf(x25519.publicBytes())));
    }

    private KeyStatementWire wire(List<KeyStatementWire.Key> keys, DeleteOn deleteOn)
            throws Exception {
        int code = deleteOn == DeleteOn.PUBACK ? 1 : 2;
        return wire(keys, command.publicKey().getEncoded(), der(authority.root), code);
    }

    private static KeyStatementWire wire(
            List<KeyStatementWire.Key> keys, byte[] command, List<byte[]> anchors, int deleteOn) {
        return new KeyStatementWire(
                12,
                ISSUED.toEpochMilli(),
                "demo.example",
                keys,
                Bytes.copyOf(command),
                anchors.stream().map(Bytes::copyOf).toList(),
                deleteOn);
    }

    private byte[] signed(byte[] payload) throws Exception {
        return signed(authority.signerKey, payload, authority.signer(), authority.issuing);
    }

    private static byte[] signed(TestKey key, byte[] payload, X509Certificate... chain)
            throws Exception {
        return CoseSign1.sign(
                key.privateKey(),
                new FixedRandom("signature"),
                "key statement",
                der(chain),
                payload);
    }

    private static List<byte[]> der(X509Certificate... certificates) {
        return List.of(certificates).stream().map(Certificates::der).toList();
    }

    private void accepted(String name, String why, byte[] statement, int keys, DeleteOn deleteOn)
            throws Exception {
        vector(name, "accepted", why, FORM)
                .with("serial", 12)
                .with("issued-at-ms", ISSUED.toEpochMilli())
                .with("installation", "demo.example")
                .with("known-keys", keys)
                .with("command-key", command.publicKey().getEncoded())
                .with("delete-on", deleteOn)
                .with("statement", statement)
                .write();
    }

    private void malformed(String name, String why, byte[] statement) throws Exception {
        refused(name, "MALFORMED", why, FORM, statement);
    }

    private void refused(String name, String expect, String why, String section, byte[] statement)
            throws Exception {
        vector(name, expect, why, section).with("statement", statement).write();
    }

    private Vector vector(String name, String expect, String why, String section) throws Exception {
        return Scenario.vector("statement", name, expect, why, section)
                .with("now", TestCertificates.NOW)
                .with("root", authority.root.getEncoded());
    }
}
