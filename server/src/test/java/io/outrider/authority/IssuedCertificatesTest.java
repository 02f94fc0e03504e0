package io.outrider.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outrider.fleet.Enrolment;
import io.outrider.seal.EnrolmentToken;
import io.outrider.seal.KeyStatement;
import io.outrider.topic.TrackerId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the authority issues, as openssl and the JDK judge it. */
class IssuedCertificatesTest {
    private static final TrackerId TRUCK = new TrackerId("acme", "truck-7");

    @TempDir Path parent;
    private Installation installation;

    @BeforeEach
    void open() throws Exception {
        installation = new Installation(parent.resolve("data"));
    }

    @AfterEach
    void close() throws Exception {
        installation.close();
    }

    @Test
    void a_tracker_of_another_installation_fails_the_issuing_cas_constraint() throws Exception {
        var forge =
                new CertificateForge("other.internal", Installation.RANDOM, () -> installation.now);
        X509Certificate foreign = forge.tracker(issuing(), TRUCK, newKey());

        assertThatThrownBy(() -> validate(foreign)).isInstanceOf(CertPathValidatorException.class);
        assertThat(verifyWithOpenssl(foreign, "sslclient").output())
                .contains("permitted subtree violation");
    }

    @Test
    void the_issuing_ca_cannot_make_another_ca() throws Exception {
        var forge =
                new CertificateForge(
                        Installation.NAME, Installation.RANDOM, () -> installation.now);
        Identity below = forge.issuing(issuing());
        X509Certificate leaf = forge.tracker(below, TRUCK, newKey());
        write("chain.pem", below.certificate(), issuing().certificate());
        write("leaf.pem", leaf);

        assertThat(openssl("sslclient").output()).contains("path length constraint exceeded");
    }

    @Test
    void a_tracker_is_no_server_and_a_server_no_tracker() throws Exception {
        assertThat(verifyWithOpenssl(enrolled(), "sslserver").status()).isNotZero();
        assertThat(verifyWithOpenssl(server(), "sslclient").status()).isNotZero();
        assertThat(verifyWithOpenssl(statementSigner(), "sslclient").status()).isNotZero();
        assertThat(verifyWithOpenssl(statementSigner(), "sslserver").status()).isNotZero();
    }

    @Test
    void what_is_issued_passes_the_strictest_checks() throws Exception {
        verifyWithOpenssl(enrolled(), "sslclient").succeeded();
        verifyWithOpenssl(server(), "sslserver").succeeded();
        validate(enrolled());
        validate(server());
        validate(statementSigner());
    }

    @Test
    void a_trackers_certificate_says_who_it_is_and_ends_after_90_days() throws Exception {
        X509Certificate certificate = enrolled();

        assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=acme.truck-7");
        assertThat(certificate.getSubjectAlternativeNames())
                .containsExactly(
                        List.of(6, "spiffe://outrider.internal/fleet/acme/tracker/truck-7"));
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
        assertThat(certificate.getNotAfter().toInstant())
                .isBetween(
                        installation.now.plus(Duration.ofDays(90)).minusSeconds(1),
                        installation.now.plus(Duration.ofDays(90)));
        assertThat(certificate.getSerialNumber().signum()).isPositive();
        assertThat(certificate.getSerialNumber().bitLength()).isBetween(90, 128);
    }

    @Test
    void the_servers_certificate_has_every_configured_name() throws Exception {
        assertThat(server().getSubjectAlternativeNames())
                .containsExactlyInAnyOrder(
                        List.of(2, "localhost"),
                        List.of(7, "127.0.0.1"),
                        List.of(7, "0:0:0:0:0:0:0:1"));
        assertThat(server().getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(statementSigner().getExtendedKeyUsage())
                .containsExactly(KeyStatement.SIGNER_USAGE);
    }

    @Test
    void the_key_statement_verifies_under_the_root_and_under_no_other() throws Exception {
        byte[] signed = installation.authority.keyStatement().toArray();
        var otherRoot =
                new CertificateForge(Installation.NAME, Installation.RANDOM, () -> installation.now)
                        .root()
                        .certificate();

        assertThatThrownBy(() -> KeyStatement.verify(signed, otherRoot, installation.now))
                .isInstanceOf(io.outrider.seal.Refusal.class);
        KeyStatement statement =
                KeyStatement.verify(signed, installation.authority.root(), installation.now);

        assertThat(statement.installation()).isEqualTo(Installation.NAME);
        assertThat(statement.sealingKeys()).isEqualTo(installation.keys.sealingKeys().current());
        assertThat(statement.sealingKeys()).hasSize(2);
        assertThat(statement.commandKey()).isEqualTo(installation.keys.commandKey().publicKey());
        assertThat(statement.trustAnchors()).containsExactly(installation.authority.root());
        assertThat(statement.deleteOn()).isEqualTo(KeyStatement.DeleteOn.PUBACK);
    }

    private X509Certificate enrolled() throws Exception {
        EnrolmentToken token =
                installation.registry.find(TRUCK).isEmpty()
                        ? installation.invite("acme.truck-7")
                        : installation.invite("acme.truck-8");
        var id = new TrackerId(token.fleet(), token.tracker());
        byte[] sha256 = token.secret().exposeTo(Authority::sha256);
        return ((Enrolment.Enrolled) installation.authority.enrol(id, sha256, newKey()))
                .certificate();
    }

    private Identity issuing() throws Exception {
        return identity(Credentials.ISSUING);
    }

    private X509Certificate server() throws Exception {
        return identity(Credentials.SERVER).certificate();
    }

    private X509Certificate statementSigner() throws Exception {
        return identity(Credentials.STATEMENT).certificate();
    }

    private Identity identity(String name) throws Exception {
        return installation.authority.stores().identity(name).orElseThrow();
    }

    private void validate(X509Certificate leaf) throws Exception {
        var anchor = new TrustAnchor(installation.authority.root(), null);
        var parameters = new PKIXParameters(Set.of(anchor));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(installation.now));
        var path =
                CertificateFactory.getInstance("X.509")
                        .generateCertPath(List.of(leaf, issuing().certificate()));
        CertPathValidator.getInstance("PKIX").validate(path, parameters);
    }

    private Tool.Result verifyWithOpenssl(X509Certificate leaf, String purpose) throws Exception {
        write("chain.pem", issuing().certificate());
        write("leaf.pem", leaf);
        return openssl(purpose);
    }

    private Tool.Result openssl(String purpose) throws Exception {
        return Tool.run(
                parent,
                "openssl",
                "verify",
                "-x509_strict",
                "-purpose",
                purpose,
                "-CAfile",
                "data/ca.pem",
                "-untrusted",
                "chain.pem",
                "leaf.pem");
    }

    private void write(String name, X509Certificate... certificates) throws Exception {
        Files.deleteIfExists(parent.resolve(name));
        for (X509Certificate certificate : certificates) {
            Files.write(
                    parent.resolve(name),
                    Pem.encode(certificate),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
    }

    private static PublicKey newKey() throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair().getPublic();
    }
}
