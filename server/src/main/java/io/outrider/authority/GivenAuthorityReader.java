package io.outrider.authority;

import io.outrider.keys.OperatorException;
import io.outrider.keys.PrivateDirectory;
import io.outrider.strength.Rsa;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.jspecify.annotations.Nullable;

/**
 * Reads the operator's own authority and tries whether it can do what is asked of it: a certificate
 * of each kind is made with it and judged as any stranger would. Nothing is kept of them.
 */
final class GivenAuthorityReader {
    private static final int FILE_BYTES_MAX = 64 * 1024;

    /** A signer's certificate comes before these; a key statement has room for four. */
    private static final int CHAIN_MAX = 3;

    private static final int EC_BITS_MIN = 256;

    private final GivenAuthority files;
    private final CertificateForge forge;
    private final List<String> serverNames;
    private final SecureRandom random;
    private final Instant now;

    GivenAuthorityReader(
            GivenAuthority files,
            CertificateForge forge,
            List<String> serverNames,
            SecureRandom random,
            Instant now) {
        this.files = files;
        this.forge = forge;
        this.serverNames = serverNames;
        this.random = random;
        this.now = now;
    }

    Identity read() throws IOException, OperatorException {
        List<X509Certificate> chain = readChain();
        PrivateKey key = readKey();
        var identity = new Identity(key, chain);
        requireBelong(key, identity.certificate().getPublicKey());
        for (X509Certificate certificate : chain) {
            requireAuthority(certificate);
        }
        requireIssues(identity, forge.trialTracker(identity), "a tracker's certificate");
        requireIssues(identity, forge.server(identity, serverNames).certificate(), "the server's");
        requireIssues(identity, forge.statement(identity).certificate(), "a key statement's");
        return identity;
    }

    private List<X509Certificate> readChain() throws IOException, OperatorException {
        byte[] pem = readFile(files.chain());
        var chain = new ArrayList<X509Certificate>();
        try {
            for (var certificate :
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(pem))) {
                chain.add((X509Certificate) certificate);
            }
        } catch (CertificateException e) {
            throw refused(files.chain(), "is no chain of certificates in PEM", e);
        }
        if (chain.isEmpty() || chain.size() > CHAIN_MAX) {
            throw refused(
                    files.chain(),
                    "has %d certificates, not 1 to %d".formatted(chain.size(), CHAIN_MAX),
                    null);
        }
        for (int i = 0; i < chain.size(); i++) {
            X509Certificate issuer = chain.get(Math.min(i + 1, chain.size() - 1));
            try {
                chain.get(i).verify(issuer.getPublicKey());
            } catch (GeneralSecurityException e) {
                throw refused(
                        files.chain(),
                        "has to begin with the certificate of the key, each signed by the next,"
                                + " and to end with the self-signed root",
                        e);
            }
        }
        return chain;
    }

    private static byte[] readFile(Path file) throws IOException, OperatorException {
        if (!Files.isRegularFile(file) || Files.size(file) > FILE_BYTES_MAX) {
            throw refused(file, "is missing, no file, or longer than 64 KiB", null);
        }
        return Files.readAllBytes(file);
    }

    private PrivateKey readKey() throws IOException, OperatorException {
        byte[] pem = PrivateDirectory.readPrivate(files.key());
        try (var reader =
                        new InputStreamReader(
                                new ByteArrayInputStream(pem), StandardCharsets.US_ASCII);
                var parser = new PEMParser(reader)) {
            var converter = new JcaPEMKeyConverter();
            // openssl writes the parameters of a curve before its key.
            for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
                if (part instanceof PrivateKeyInfo info) {
                    return converter.getPrivateKey(info);
                }
                if (part instanceof PEMKeyPair pair) {
                    return converter.getPrivateKey(pair.getPrivateKeyInfo());
                }
            }
        } catch (IOException e) {
            throw refused(files.key(), "is no private key in PEM", e);
        } finally {
            Arrays.fill(pem, (byte) 0);
        }
        throw new OperatorException(
                files.key() + " has no unencrypted private key in PEM",
                "Decrypt it: openssl pkey -in KEY -out PLAIN; afterwards it is kept under the"
                        + " passphrase of this installation, and the file can go.");
    }

    private void requireBelong(PrivateKey key, PublicKey publicKey) throws OperatorException {
        boolean belongs;
        try {
            Signature signer = Signature.getInstance(CertificateForge.signature(publicKey));
            signer.initSign(key, random);
            signer.update(new byte[] {1});
            byte[] signature = signer.sign();
            signer.initVerify(publicKey);
            signer.update(new byte[] {1});
            belongs = signer.verify(signature);
        } catch (GeneralSecurityException e) {
            belongs = false;
        }
        if (!belongs) {
            throw refused(files.key(), "is not the key of the chain's first certificate", null);
        }
    }

    private void requireAuthority(X509Certificate certificate) throws OperatorException {
        Optional<String> objection =
                switch (certificate.getPublicKey()) {
                    case RSAPublicKey rsa -> Rsa.objection(rsa);
                    case ECPublicKey ec ->
                            ec.getParams().getCurve().getField().getFieldSize() >= EC_BITS_MIN
                                    ? Optional.empty()
                                    : Optional.of("EC with less than 256 bits");
                    default -> Optional.of("neither RSA nor EC");
                };
        if (objection.isPresent()) {
            throw refused(files.chain(), "has a key that is too weak: " + objection.get(), null);
        }
        boolean[] usage = certificate.getKeyUsage();
        if (certificate.getBasicConstraints() < 0 || usage == null || !usage[5] || !usage[6]) {
            throw refused(
                    files.chain(),
                    "has to be of authorities only: CA:TRUE, keyCertSign, cRLSign",
                    null);
        }
        if (certificate.getSigAlgName().startsWith("SHA1")
                || certificate.getSigAlgName().startsWith("MD5")) {
            throw refused(files.chain(), "is signed with a digest that was broken", null);
        }
    }

    private void requireIssues(Identity issuer, X509Certificate leaf, String what)
            throws OperatorException {
        try {
            var path = new ArrayList<X509Certificate>(List.of(leaf));
            path.addAll(issuer.chain());
            path.remove(issuer.root());
            var parameters = new PKIXParameters(Set.of(new TrustAnchor(issuer.root(), null)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            issuer.root().checkValidity(Date.from(now));
            CertPathValidator.getInstance("PKIX")
                    .validate(
                            CertificateFactory.getInstance("X.509").generateCertPath(path),
                            parameters);
        } catch (GeneralSecurityException e) {
            throw refused(files.chain(), "cannot issue " + what + " (" + e.getMessage() + ")", e);
        }
    }

    private static OperatorException refused(Path file, String why, @Nullable Exception cause) {
        return new OperatorException(
                file + " " + why,
                "Give the issuing CA's key and its chain as two PEM files, or leave them out for an"
                        + " authority of Outrider's own.",
                cause);
    }
}
