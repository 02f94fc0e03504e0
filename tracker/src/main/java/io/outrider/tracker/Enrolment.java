package io.outrider.tracker;

import io.outrider.seal.EnrolmentToken;
import io.outrider.seal.KeyStatement;
import io.outrider.seal.Refusal;
import io.outrider.topic.TrackerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.net.ssl.SSLException;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * Exchanges a one-time token for a certificate. The key is made here and never leaves; the server
 * is believed because it shows the root whose hash the token carries, and that root is pinned.
 * Either the state folder is there and complete afterwards, or it is not there.
 */
public final class Enrolment {
    private static final String CLIENT_USAGE = "1.3.6.1.5.5.7.3.2";
    private static final int SAN_URI = 6;

    private final InstantSource clock;
    private final SecureRandom random;

    public Enrolment(InstantSource clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    /**
     * Enrols and makes the state folder.
     *
     * @param tokenText as {@code outrider fleet add} printed it
     * @param folder missing or empty; its parent must exist
     * @return the name under which this tracker is known now
     */
    public TrackerId enrol(String tokenText, Path folder)
            throws TrackerProblem, InterruptedException {
        Path parent = requireFree(folder);
        try (EnrolmentToken token = EnrolmentToken.parse(tokenText.strip())) {
            Path half = folder.resolveSibling(folder.getFileName() + ".enrolling");
            TrackerFiles.delete(half); // of an attempt that was killed
            TrackerFiles.createFolder(half);
            try {
                TrackerId id = fill(half, token);
                Files.move(half, folder, StandardCopyOption.ATOMIC_MOVE);
                TrackerFiles.sync(parent);
                return id;
            } finally {
                TrackerFiles.delete(half);
            }
        } catch (Refusal e) {
            throw new TrackerProblem(
                    "This is no enrolment token ("
                            + e.getMessage()
                            + ").\n"
                            + "Copy it whole, from outrider1. to its end.",
                    e);
        } catch (SSLException e) {
            throw new TrackerProblem(
                    "The server is not the one that this token is for: "
                            + rootCause(e)
                            + ".\n"
                            + "Is the address in the token right, and its server's name?",
                    e);
        } catch (IOException e) {
            throw new TrackerProblem(
                    "Enrolment failed: "
                            + e
                            + ".\n"
                            + "Is the server running and reachable, and "
                            + folder
                            + " writable?",
                    e);
        }
    }

    private static Path requireFree(Path folder) throws TrackerProblem {
        Path parent = folder.toAbsolutePath().getParent();
        try {
            if (parent == null || !Files.isDirectory(parent)) {
                throw new TrackerProblem("There is no folder " + parent + ": create it first.");
            }
            if (Files.exists(folder.resolve(TrackerState.CONFIG))) {
                throw new TrackerProblem(
                        folder
                                + " holds an enrolled tracker already; nothing was changed.\n"
                                + "Give another --state, or move that folder away first.");
            }
            if (Files.exists(folder)
                    && !(Files.isDirectory(folder) && TrackerFiles.isEmptyFolder(folder))) {
                throw new TrackerProblem(folder + " is not empty: give a new --state.");
            }
            return parent;
        } catch (IOException e) {
            throw new TrackerProblem("Cannot read " + folder + ": " + e.getMessage(), e);
        }
    }

    private TrackerId fill(Path folder, EnrolmentToken token)
            throws IOException, TrackerProblem, InterruptedException {
        TrackerId id = new TrackerId(token.fleet(), token.tracker());
        InstantSource trusted = () -> later(clock.instant(), Build.instant());
        PinnedTrust trust = PinnedTrust.ofHash(token.rootSha256(), trusted);
        try (EstClient server = new EstClient(token.host(), token.enrolPort(), trust)) {
            List<X509Certificate> authorities = server.cacerts();
            X509Certificate root = trust.root();
            if (root == null || !authorities.contains(root)) {
                throw new TrackerProblem("The server does not offer the root that it uses.");
            }
            byte[] statementBytes = server.keyStatement();
            KeyStatement statement = KeyStatement.verify(statementBytes, root, trusted.instant());
            KeyPair keys = newKeys();
            List<X509Certificate> issued =
                    server.simpleEnroll(request(keys, id), id.toString(), token.password());
            List<X509Certificate> chain =
                    verified(issued, authorities, keys, id, statement.installation(), trust);
            TrackerState.create(
                    folder,
                    new TrackerState.Config(id, token.host(), token.enrolPort(), token.mqttPort()),
                    keys.getPrivate(),
                    chain,
                    root,
                    statementBytes);
            return id;
        } catch (Refusal e) {
            throw new TrackerProblem(
                    "The server's key statement is not to be believed ("
                            + e.getMessage()
                            + ").\n"
                            + "Nothing was kept; the token is still good.",
                    e);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new TrackerProblem(
                    "The certificate that the server gave is not usable: "
                            + e.getMessage()
                            + ".\n"
                            + "Get a new token on the server with: outrider fleet add",
                    e);
        }
    }

    private KeyPair newKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }

    private static byte[] request(KeyPair keys, TrackerId id)
            throws OperatorCreationException, IOException {
        return new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=" + id), keys.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
                .getEncoded();
    }

    /** That the certificate is for our key and our name, and leads to the pinned root. */
    private List<X509Certificate> verified(
            List<X509Certificate> issued,
            List<X509Certificate> authorities,
            KeyPair keys,
            TrackerId id,
            String installation,
            PinnedTrust trust)
            throws CertificateException {
        X509Certificate root = trust.root();
        X509Certificate leaf =
                issued.stream()
                        .filter(c -> c.getPublicKey().equals(keys.getPublic()))
                        .findFirst()
                        .orElseThrow(() -> new CertificateException("it is for another key"));
        if (root == null || !commonName(leaf).equals(id.toString())) {
            throw new CertificateException("it is for another name");
        }
        if (!uris(leaf).equals(List.of(id.uri(installation)))) {
            throw new CertificateException("its URI is not " + id.uri(installation));
        }
        List<X509Certificate> known = new ArrayList<>(issued);
        known.addAll(authorities);
        List<X509Certificate> chain = new ArrayList<>(List.of(leaf));
        while (!chain.getLast().getIssuerX500Principal().equals(root.getSubjectX500Principal())) {
            X509Certificate last = chain.getLast();
            chain.add(
                    known.stream()
                            .filter(c -> !chain.contains(c))
                            .filter(c ->
                                    c.getSubjectX500Principal()
                                            .equals(last.getIssuerX500Principal()))
                            .findFirst()
                            .orElseThrow(() -> new CertificateException("no chain to the root")));
        }
        Instant start = leaf.getNotBefore().toInstant();
        PinnedTrust.validate(
                chain,
                root,
                () -> later(clock.instant(), later(Build.instant(), start)),
                CLIENT_USAGE);
        return chain;
    }

    private static String commonName(X509Certificate certificate) throws CertificateException {
        try {
            return new LdapName(certificate.getSubjectX500Principal().getName())
                    .getRdns().stream()
                            .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
                            .map(rdn -> String.valueOf(rdn.getValue()))
                            .findFirst()
                            .orElse("");
        } catch (InvalidNameException e) {
            throw new CertificateException("a name that is none", e);
        }
    }

    private static List<String> uris(X509Certificate certificate) throws CertificateException {
        List<String> found = new ArrayList<>();
        var names = certificate.getSubjectAlternativeNames();
        if (names != null) {
            for (List<?> name : names) {
                if (name.getFirst() instanceof Integer type && type == SAN_URI) {
                    found.add(String.valueOf(name.get(1)));
                }
            }
        }
        return found;
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private static String rootCause(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
