package io.outrider.gate;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Somebody else's authority, good or bad, below another one or on its own. */
final class ForeignAuthority {
    static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    /** Makes and signs with what the JDK would not. */
    private static final Provider BOUNCY_CASTLE = new BouncyCastleProvider();

    private final X500Name name;
    private final KeyPair key;
    private final String signature;
    private final X509Certificate certificate;

    private ForeignAuthority(
            X500Name name, KeyPair key, String signature, X509Certificate certificate) {
        this.name = name;
        this.key = key;
        this.signature = signature;
        this.certificate = certificate;
    }

    static ForeignAuthority root(String name) {
        return root(name, newEc("secp256r1"), "SHA256withECDSA");
    }

    static ForeignAuthority root(String name, KeyPair key, String signature) {
        var own = new X500Name("CN=" + name);
        var self = new Draft(own.toString()).asAuthority();
        return new ForeignAuthority(own, key, signature, sign(self, key, own, key, signature));
    }

    ForeignAuthority below(String belowName) {
        return below(belowName, new Draft("CN=" + belowName).asAuthority());
    }

    ForeignAuthority below(String belowName, Draft draft) {
        KeyPair below = newEc("secp256r1");
        return new ForeignAuthority(
                new X500Name("CN=" + belowName),
                below,
                "SHA256withECDSA",
                sign(draft, below, name, key, signature));
    }

    X509Certificate certificate() {
        return certificate;
    }

    X509Certificate issue(Draft draft) {
        return issue(draft, newEc("secp256r1"));
    }

    X509Certificate issue(Draft draft, KeyPair subject) {
        return sign(draft, subject, name, key, signature);
    }

    X509Certificate issue(Draft draft, String withSignature) {
        return sign(draft, newEc("secp256r1"), name, key, withSignature);
    }

    X509CRL list(Instant from, Instant until, X509Certificate... revoked) {
        try {
            var builder = new JcaX509v2CRLBuilder(certificate, Date.from(from));
            builder.setNextUpdate(Date.from(until));
            for (X509Certificate one : revoked) {
                builder.addCRLEntry(
                        one.getSerialNumber(), Date.from(from), CRLReason.keyCompromise);
            }
            var signer = new JcaContentSignerBuilder(signature).build(key.getPrivate());
            return new JcaX509CRLConverter().getCRL(builder.build(signer));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new AssertionError(e);
        }
    }

    /** What stands in a certificate. Begins as a good one of a client; tests spoil one thing. */
    static final class Draft {
        private final String subject;
        private final List<GeneralName> names = new ArrayList<>();
        private Instant from = NOW.minus(Duration.ofDays(1));
        private Instant until = NOW.plus(Duration.ofDays(1));
        private KeyPurposeId purpose = KeyPurposeId.id_kp_clientAuth;
        private int keyUsage = KeyUsage.digitalSignature;
        private boolean hasPurpose = true;
        private boolean isAuthority;

        Draft(String subject) {
            this.subject = subject;
        }

        Draft uri(String uri) {
            return name(GeneralName.uniformResourceIdentifier, uri);
        }

        Draft dns(String dns) {
            return name(GeneralName.dNSName, dns);
        }

        Draft name(int tag, String text) {
            names.add(new GeneralName(tag, text));
            return this;
        }

        Draft valid(Instant first, Instant last) {
            from = first;
            until = last;
            return this;
        }

        Draft purpose(KeyPurposeId other) {
            purpose = other;
            return this;
        }

        Draft withoutPurpose() {
            hasPurpose = false;
            return this;
        }

        Draft keyUsage(int other) {
            keyUsage = other;
            return this;
        }

        Draft asAuthority() {
            isAuthority = true;
            keyUsage = KeyUsage.keyCertSign | KeyUsage.cRLSign;
            return this;
        }
    }

    private static X509Certificate sign(
            Draft draft, KeyPair subject, X500Name issuer, KeyPair signer, String signature) {
        try {
            var builder =
                    new JcaX509v3CertificateBuilder(
                            issuer,
                            new BigInteger(64, new SecureRandom()).add(BigInteger.ONE),
                            Date.from(draft.from),
                            Date.from(draft.until),
                            new X500Name(draft.subject),
                            subject.getPublic());
            add(builder, Extension.basicConstraints, new BasicConstraints(draft.isAuthority));
            add(builder, Extension.keyUsage, new KeyUsage(draft.keyUsage));
            if (draft.hasPurpose && !draft.isAuthority) {
                add(builder, Extension.extendedKeyUsage, new ExtendedKeyUsage(draft.purpose));
            }
            if (!draft.names.isEmpty()) {
                var names = new GeneralNames(draft.names.toArray(GeneralName[]::new));
                add(builder, Extension.subjectAlternativeName, names);
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(
                                    new JcaContentSignerBuilder(signature)
                                            .setProvider(BOUNCY_CASTLE)
                                            .build(signer.getPrivate())));
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new AssertionError(e);
        }
    }

    private static void add(
            JcaX509v3CertificateBuilder builder, ASN1ObjectIdentifier id, ASN1Encodable value)
            throws IOException {
        builder.addExtension(id, id.equals(Extension.basicConstraints), value);
    }

    static KeyPair newEc(String curve) {
        try {
            var generator = KeyPairGenerator.getInstance("EC", BOUNCY_CASTLE);
            generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static KeyPair newRsa(int bits) {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
