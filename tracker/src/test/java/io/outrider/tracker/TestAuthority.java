package io.outrider.tracker;

import io.outrider.seal.KeyStatement;
import io.outrider.seal.SoftwareAgreement;
import io.outrider.seal.Suite;
import io.outrider.topic.TrackerId;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A certificate authority and a backend's keys, as a tracker's server has them. */
final class TestAuthority {
    static final String INSTALLATION = "test";

    final SecureRandom random = new SecureRandom();
    final KeyPair rootKeys = keys();
    final X509Certificate root;
    final KeyPair issuingKeys = keys();
    final X509Certificate issuing;
    final KeyPair commandKeys = keys();
    final SoftwareAgreement sealing;
    private final KeyPair signerKeys = keys();
    private final X509Certificate signer;
    private long serial;

    TestAuthority() throws Exception {
        this(Suite.P256_HPKE);
    }

    TestAuthority(Suite suite) throws Exception {
        sealing = SoftwareAgreement.generate(suite, random);
        root = certificate("root", rootKeys.getPublic(), null, null, "root", true);
        issuing = certificate("issuing", issuingKeys.getPublic(), null, null, "root", true);
        signer =
                certificate(
                        "signer",
                        signerKeys.getPublic(),
                        KeyPurposeId.getInstance(
                                new ASN1ObjectIdentifier(KeyStatement.SIGNER_USAGE)),
                        null,
                        "issuing",
                        false);
    }

    byte[] statement(KeyStatement.DeleteOn deleteOn) {
        return new KeyStatement(
                        ++serial,
                        Instant.now(),
                        INSTALLATION,
                        List.of(sealing.publicKey()),
                        commandKeys.getPublic(),
                        List.of(root),
                        deleteOn)
                .sign(signerKeys.getPrivate(), List.of(signer, issuing), random);
    }

    X509Certificate trackerCertificate(TrackerId id, PublicKey key) throws Exception {
        return certificate(
                id.toString(),
                key,
                KeyPurposeId.id_kp_clientAuth,
                new GeneralName(GeneralName.uniformResourceIdentifier, id.uri(INSTALLATION)),
                "issuing",
                false);
    }

    X509Certificate serverCertificate(PublicKey key, GeneralName name) throws Exception {
        return certificate("server", key, KeyPurposeId.id_kp_serverAuth, name, "issuing", false);
    }

    /** An enrolled tracker's state folder, as enrolment makes it. */
    PublicKey enrolled(Path folder, TrackerId id, int port, KeyStatement.DeleteOn deleteOn)
            throws Exception {
        KeyPair identity = keys();
        TrackerFiles.createFolder(folder);
        TrackerState.create(
                folder,
                new TrackerState.Config(id, "localhost", 1, port),
                identity.getPrivate(),
                List.of(trackerCertificate(id, identity.getPublic()), issuing),
                root,
                statement(deleteOn));
        return identity.getPublic();
    }

    private X509Certificate certificate(
            String name,
            PublicKey key,
            @Nullable KeyPurposeId usage,
            @Nullable GeneralName alternative,
            String issuer,
            boolean authority)
            throws GeneralSecurityException, CertIOException, OperatorCreationException {
        Instant now = Instant.now();
        var builder =
                new JcaX509v3CertificateBuilder(
                        new X500Name("CN=" + issuer),
                        new BigInteger(120, random),
                        Date.from(now.minusSeconds(60)),
                        Date.from(now.plusSeconds(86_400)),
                        new X500Name("CN=" + name),
                        key);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
        builder.addExtension(
                Extension.keyUsage,
                true,
                new KeyUsage(authority ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
        if (usage != null) {
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(usage));
        }
        if (alternative != null) {
            builder.addExtension(
                    Extension.subjectAlternativeName, false, new GeneralNames(alternative));
        }
        var signing = issuer.equals("root") ? rootKeys : issuingKeys;
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(signing.getPrivate())));
    }

    static KeyPair keys() throws IOException {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }
}
