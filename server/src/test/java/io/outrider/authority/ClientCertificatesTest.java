package io.outrider.authority;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.fleet.Change;
import io.outrider.fleet.Method;
import io.outrider.strength.RocaKeys;
import io.outrider.topic.TrackerId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates of clients, asked for and judged with openssl. */
class ClientCertificatesTest {
    @TempDir Path parent;
    private Installation installation;

    @BeforeEach
    void open() throws Exception {
        installation = new Installation(parent.resolve("data"));
        installation.registry.addClient("lake", List.of(), Set.of(Method.CERTIFICATE));
    }

    @AfterEach
    void close() throws Exception {
        installation.close();
    }

    @Test
    void what_is_no_request_is_refused_and_said() throws Exception {
        assertRefused("", "not base64 of a PKCS #10 request");
        assertRefused("hello", "not base64 of a PKCS #10 request");
        assertRefused("x".repeat(16_385), "too long");
        assertRefused(Files.readString(parent.resolve("data/ca.pem")), "PKCS #10 request");
    }

    @Test
    void keys_that_are_too_weak_or_of_other_kinds_are_refused() throws Exception {
        assertRefused(request("rsa:1024", "-sha256"), "RSA with 1024 bits; 2048 to 8192 are taken");
        assertRefused(request("rsa:2048", "-sha1"), "sign the request with SHA-256");
        assertRefused(ecRequest("secp384r1"), "curve P-256");
        assertRefused(ecRequest("secp256k1"), "curve P-256");
        assertRefused(request("ed25519", "-sha256"), "curve P-256");
    }

    @Test
    void a_key_of_a_generator_that_was_broken_is_refused() throws Exception {
        KeyPair broken = RocaKeys.pair();
        byte[] der = TestRequests.der(broken.getPublic(), broken.getPrivate(), "SHA256withRSA");
        assertRefused(TestRequests.base64(der), "CVE-2017-15361");
    }

    @Test
    void without_proof_of_possession_nothing_is_issued() throws Exception {
        KeyPair own = TestRequests.newKey("secp256r1");
        KeyPair other = TestRequests.newKey("secp256r1");
        byte[] foreign = TestRequests.der(other.getPublic(), own.getPrivate(), "SHA256withECDSA");
        assertRefused(TestRequests.base64(foreign), "not signed by its own key");
        byte[] bent = TestRequests.der(own.getPublic(), own.getPrivate(), "SHA256withECDSA");
        bent[bent.length - 1] ^= 1;
        assertRefused(TestRequests.base64(bent), "not signed by its own key");
        assertThat(installation.registry.client("lake").orElseThrow().certificate()).isEmpty();
    }

    @Test
    void a_client_that_does_not_exist_gets_nothing() throws Exception {
        assertThat(
                        installation.authority.certifyClient(
                                "nobody", TestRequests.request(TestRequests.newKey("secp256r1"))))
                .isEqualTo(new Change.Refused<>("there is no client nobody"));
    }

    @Test
    void a_key_that_a_tracker_or_another_client_has_is_refused() throws Exception {
        KeyPair key = TestRequests.newKey("secp256r1");
        var token = installation.invite("acme.truck-7");
        installation.authority.enrol(
                new TrackerId("acme", "truck-7"),
                token.secret().exposeTo(Authority::sha256),
                key.getPublic());
        assertRefused(TestRequests.request(key), "this key was used before");

        String request = ecRequest("prime256v1");
        made(request);
        installation.registry.addClient("desk", List.of(), Set.of(Method.CERTIFICATE));
        assertThat(installation.authority.certifyClient("desk", request))
                .isInstanceOf(Change.Refused.class);
    }

    @Test
    void ec_and_rsa_keys_get_a_certificate_that_openssl_accepts() throws Exception {
        for (String request : List.of(ecRequest("prime256v1"), request("rsa:2048", "-sha256"))) {
            CertificateChain chain = made(request);
            X509Certificate leaf = chain.leaf();

            assertThat(leaf.getSubjectX500Principal().getName()).isEqualTo("CN=lake");
            assertThat(leaf.getSubjectAlternativeNames())
                    .containsExactly(List.of(6, "spiffe://outrider.internal/client/lake"));
            assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
            assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
            assertThat(leaf.getNotAfter().toInstant())
                    .isBetween(
                            installation.now.plus(Duration.ofDays(90)).minusSeconds(1),
                            installation.now.plus(Duration.ofDays(90)));
            assertThat(installation.registry.issuedCertificate(Authority.sha256(leaf.getEncoded())))
                    .isPresent();
            // One file with all that leads to the root, as a client presents it.
            Files.write(parent.resolve("lake.pem"), chain.pem());
            Tool.run(
                            parent,
                            "openssl",
                            "verify",
                            "-x509_strict",
                            "-purpose",
                            "sslclient",
                            "-CAfile",
                            "data/ca.pem",
                            "-untrusted",
                            "lake.pem",
                            "lake.pem")
                    .succeeded();
        }
    }

    private CertificateChain made(String request) throws Exception {
        return switch (installation.authority.certifyClient("lake", request)) {
            case Change.Made<CertificateChain>(CertificateChain chain) -> chain;
            case Change.Refused<CertificateChain>(String why) -> throw new AssertionError(why);
        };
    }

    private void assertRefused(String request, String why) throws Exception {
        assertThat(installation.authority.certifyClient("lake", request))
                .isInstanceOfSatisfying(
                        Change.Refused.class, refused -> assertThat(refused.why()).contains(why));
    }

    private String ecRequest(String curve) throws Exception {
        return request("ec", "-sha256", "-pkeyopt", "ec_paramgen_curve:" + curve);
    }

    /** By openssl: the request asks for a name that it does not get. */
    private String request(String algorithm, String digest, String... options) throws Exception {
        var command =
                new ArrayList<>(
                        List.of(
                                "openssl",
                                "req",
                                "-new",
                                "-nodes",
                                "-newkey",
                                algorithm,
                                digest,
                                "-subj",
                                "/CN=acme.truck-7",
                                "-keyout",
                                "lake.key",
                                "-out",
                                "lake.csr"));
        command.addAll(Arrays.asList(options));
        Tool.run(parent, command.toArray(String[]::new)).succeeded();
        return Files.readString(parent.resolve("lake.csr"));
    }
}
