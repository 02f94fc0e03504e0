package io.outrider.authority;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.fleet.Change;
import io.outrider.fleet.Enrolment;
import io.outrider.fleet.Method;
import io.outrider.seal.EnrolmentToken;
import io.outrider.topic.TrackerId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The list of revoked certificates, fetched with curl and judged with openssl. */
class RevocationListTest {
    private static final String PATH = "/.well-known/outrider/crl";

    @TempDir Path parent;
    private Installation installation;
    private EnrolmentServer server;

    @BeforeEach
    void start() throws Exception {
        installation = new Installation(parent.resolve("data"));
        serve();
    }

    private void serve() throws Exception {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        server = EnrolmentServer.start(installation.authority, address, () -> installation.now);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        installation.close();
    }

    @Test
    void there_is_no_list_of_an_issuer_that_never_was() throws Exception {
        assertThat(curl(PATH + "/before")).startsWith("HTTP/1.1 404");
    }

    @Test
    void a_list_of_another_authority_does_not_verify() throws Exception {
        fetch();
        try (var other = new Installation(parent.resolve("other"))) {
            write("issuer.pem", other.authority.certificatesOfCa().getFirst());
        }

        assertThat(verifyList().output()).contains("Error getting CRL issuer certificate");
    }

    @Test
    void whoever_was_revoked_removed_or_replaced_fails_and_the_others_do_not() throws Exception {
        X509Certificate good = enrol("acme.good");
        X509Certificate quarantined = enrol("acme.quarantined");
        X509Certificate revoked = enrol("acme.revoked");
        X509Certificate removed = enrol("acme.removed");
        installation.registry.addClient("lake", List.of(), Set.of(Method.CERTIFICATE));
        X509Certificate replaced = certify("lake");

        installation.registry.quarantine("acme.quarantined", "");
        installation.registry.revoke("acme.revoked", "stolen");
        installation.registry.remove("acme.removed");
        X509Certificate next = certify("lake");

        fetch();
        assertThat(verifyList().output()).contains("verify OK");
        for (X509Certificate certificate : List.of(good, quarantined, next)) {
            verify(certificate).succeeded();
        }
        for (X509Certificate certificate : List.of(revoked, removed, replaced)) {
            assertThat(verify(certificate).output()).contains("certificate revoked");
        }
        assertThat(text())
                .contains("Version 2", "Privilege Withdrawn", "Cessation Of Operation")
                .contains("Superseded", "Only User Certificates", "X509v3 Issuing Distribution")
                .contains("X509v3 Authority Key Identifier");
    }

    @Test
    void a_list_may_be_kept_for_minutes_and_is_the_same_until_something_was_revoked()
            throws Exception {
        enrol("acme.truck-7");
        enrol("acme.truck-8");
        String first = curl(PATH);
        String etag = header(first, "etag");

        assertThat(first)
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("content-type: application/pkix-crl");
        assertThat(header(first, "cache-control")).isEqualTo("public, max-age=300");
        assertThat(curl(PATH, "-H", "If-None-Match: " + etag)).startsWith("HTTP/1.1 304");
        assertThat(header(curl(PATH), "etag")).isEqualTo(etag);
        installation.registry.quarantine("acme.truck-8", "");
        installation.registry.revoke("acme.truck-7", "");
        assertThat(curl(PATH, "-H", "If-None-Match: " + etag)).startsWith("HTTP/1.1 200");
        assertThat(Long.parseLong(header(curl(PATH), "etag").replace("\"", "")))
                .isGreaterThan(Long.parseLong(etag.replace("\"", "")));
    }

    @Test
    void a_new_list_is_written_each_day_and_each_is_good_for_seven() throws Exception {
        RevocationList first = installation.authority.revocationList();
        installation.now = installation.now.plus(Duration.ofDays(1)).minusMillis(1);
        assertThat(installation.authority.revocationList()).isEqualTo(first);
        installation.now = installation.now.plusMillis(1);

        RevocationList second = installation.authority.revocationList();

        assertThat(second.number()).isGreaterThan(first.number());
        assertThat(second.nextUpdate()).isEqualTo(installation.now.plus(Duration.ofDays(7)));
    }

    @Test
    void numbers_rise_over_a_restart_and_over_a_restored_backup() throws Exception {
        long first = installation.authority.revocationList().number();
        server.close();
        installation.close();
        var later = installation.now.plusSeconds(2);
        installation = new Installation(parent.resolve("data"));
        installation.now = later;
        serve();

        long second = installation.authority.revocationList().number();
        assertThat(second).isGreaterThan(first);
        // As if keys.db were of before the first list.
        installation.keys.facts().remember(Map.of("revocation list number", "0"));
        installation.now = later.plus(Duration.ofDays(1));
        assertThat(installation.authority.revocationList().number()).isGreaterThan(second);
    }

    @Test
    void a_new_issuing_ca_has_its_list_and_the_one_before_keeps_its_own() throws Exception {
        X509Certificate revoked = enrol("acme.truck-7");
        X509Certificate before = installation.authority.certificatesOfCa().getFirst();
        installation.now = installation.now.plus(Duration.ofDays(1_095 * 2 / 3 + 1));
        installation.authority.renew();
        assertThat(installation.authority.certificatesOfCa().getFirst()).isNotEqualTo(before);
        installation.now = installation.now.minus(Duration.ofDays(1_095 * 2 / 3 + 1));
        installation.registry.revoke("acme.truck-7", "");

        write("issuer.pem", before);
        Files.write(
                parent.resolve("list.der"),
                installation.authority.revocationListBefore().orElseThrow().der().toArray());
        convert();
        assertThat(verifyList().output()).contains("verify OK");
        assertThat(verify(revoked).output()).contains("certificate revoked");
    }

    private X509Certificate enrol(String name) throws Exception {
        EnrolmentToken token = installation.invite(name);
        byte[] sha256 = token.secret().exposeTo(Authority::sha256);
        var key = TestRequests.newKey("secp256r1").getPublic();
        var id = TrackerId.parse(name).orElseThrow();
        return ((Enrolment.Enrolled) installation.authority.enrol(id, sha256, key)).certificate();
    }

    private X509Certificate certify(String client) throws Exception {
        String request = TestRequests.request(TestRequests.newKey("secp256r1"));
        return ((Change.Made<CertificateChain>)
                        installation.authority.certifyClient(client, request))
                .value()
                .leaf();
    }

    /** What the server answers, head first. */
    private String curl(String path, String... options) throws Exception {
        var command =
                new ArrayList<>(
                        List.of(
                                "curl",
                                "-s",
                                "-i",
                                "--cacert",
                                "data/ca.pem",
                                "https://localhost:" + server.port() + path));
        command.addAll(List.of(options));
        return Tool.run(parent, command.toArray(String[]::new)).succeeded().output();
    }

    private static String header(String response, String name) {
        return response.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElseThrow();
    }

    private void fetch() throws Exception {
        Tool.run(
                        parent,
                        "curl",
                        "-sf",
                        "--cacert",
                        "data/ca.pem",
                        "-o",
                        "list.der",
                        "https://localhost:" + server.port() + PATH)
                .succeeded();
        convert();
        write("issuer.pem", installation.authority.certificatesOfCa().getFirst());
    }

    private void convert() throws Exception {
        Tool.run(parent, "openssl", "crl", "-inform", "DER", "-in", "list.der", "-out", "list.pem")
                .succeeded();
    }

    private String text() throws Exception {
        return Tool.run(parent, "openssl", "crl", "-in", "list.pem", "-noout", "-text")
                .succeeded()
                .output();
    }

    private Tool.Result verifyList() throws Exception {
        return Tool.run(
                parent,
                "openssl",
                "crl",
                "-verify",
                "-in",
                "list.pem",
                "-CAfile",
                "issuer.pem",
                "-noout");
    }

    private Tool.Result verify(X509Certificate leaf) throws Exception {
        write("leaf.pem", leaf);
        return Tool.run(
                parent,
                "openssl",
                "verify",
                "-x509_strict",
                "-crl_check",
                "-CRLfile",
                "list.pem",
                "-CAfile",
                "data/ca.pem",
                "-untrusted",
                "issuer.pem",
                "leaf.pem");
    }

    private void write(String name, X509Certificate certificate) throws Exception {
        Files.write(
                parent.resolve(name),
                Pem.encode(certificate),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
    }
}
