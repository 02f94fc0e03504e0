package io.outrider.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outrider.fleet.Enrolment;
import io.outrider.keys.Disk;
import io.outrider.keys.OperatorException;
import io.outrider.seal.KeyStatement;
import io.outrider.topic.TrackerId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator's own authority in place of ours; openssl makes it. */
class GivenAuthorityTest {
    private static final String[] EC = {"ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"};
    private static final String AUTHORITY =
            "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n";

    @TempDir Path parent;

    @BeforeEach
    void makeAuthorities() throws Exception {
        makeRoot("root", EC);
        makeIssuing("issuing", "root", AUTHORITY, EC);
    }

    @Test
    void files_that_are_missing_or_of_something_else_are_refused() throws Exception {
        assertRefused("nothing", "chain", "nothing.key is missing or not a file");
        assertRefused("issuing", "nothing", "nothing.pem is missing");
        Files.writeString(parent.resolve("text.pem"), "hello");
        assertRefused("issuing", "text", "text.pem");
        assertRefused("root", "chain", "is not the key of the chain's first certificate");
        Files.copy(parent.resolve("issuing.pem"), parent.resolve("cert.key"));
        makePrivate("cert.key");
        assertRefused("cert", "chain", "has no unencrypted private key");
        write("reversed.pem", "root.pem", "issuing.pem");
        assertRefused("issuing", "reversed", "begin with the certificate of the key");
        assertRefused("issuing", "issuing", "end with the self-signed root");
    }

    @Test
    void a_key_that_others_can_read_or_that_is_encrypted_is_refused() throws Exception {
        Tool.run(
                        parent,
                        "openssl",
                        "pkey",
                        "-in",
                        "issuing.key",
                        "-aes256",
                        "-passout",
                        "pass:x",
                        "-out",
                        "encrypted.key")
                .succeeded();
        makePrivate("encrypted.key");
        assertRefused("encrypted", "chain", "has no unencrypted private key");
        Files.setPosixFilePermissions(
                parent.resolve("issuing.key"), PosixFilePermissions.fromString("rw-r--r--"));
        assertRefused("issuing", "chain", "can be reached by others than its owner");
    }

    @Test
    void an_authority_that_cannot_do_what_is_asked_of_it_is_refused() throws Exception {
        makeIssuing("leaf", "root", "basicConstraints=CA:FALSE\n", EC);
        write("leafchain.pem", "leaf.pem", "root.pem");
        assertRefused("leaf", "leafchain", "has to be of authorities only");
        makeIssuing("weak", "root", AUTHORITY, "rsa:1024");
        write("weakchain.pem", "weak.pem", "root.pem");
        assertRefused("weak", "weakchain", "too weak: RSA with 1024 bits");
        makeIssuing(
                "narrow",
                "root",
                AUTHORITY + "nameConstraints=critical,permitted;URI:elsewhere.example\n",
                EC);
        write("narrowchain.pem", "narrow.pem", "root.pem");
        assertRefused("narrow", "narrowchain", "cannot issue a tracker's certificate");
    }

    @Test
    void it_issues_everything_from_the_first_start_on_and_its_file_can_go() throws Exception {
        for (String[] algorithm : List.of(EC, new String[] {"rsa:2048"})) {
            String name = algorithm[0].replace(':', '-');
            makeIssuing(name, "root", AUTHORITY, algorithm);
            write(name + "-chain.pem", name + ".pem", "root.pem");
            Path data = parent.resolve("data-" + name);
            X509Certificate root;
            try (var installation = open(data, given(name, name + "-chain"))) {
                root = installation.authority.root();
                assertThat(Pem.encode(root)).isEqualTo(Files.readAllBytes(data.resolve("ca.pem")));
                verifies(data, enrol(installation), name);
                KeyStatement.verify(
                        installation.authority.keyStatement().toArray(), root, installation.now);
                assertThat(installation.authority.certificatesOfCa()).hasSize(2);
                installation.authority.renew();
                verifiesList(installation, name);
            }
            Files.delete(parent.resolve(name + ".key"));

            try (var installation = open(data, Optional.empty())) {
                assertThat(installation.authority.root()).isEqualTo(root);
                verifies(data, enrol(installation), name);
            }
        }
    }

    @Test
    void a_successor_under_the_same_root_takes_over_and_one_under_another_does_not()
            throws Exception {
        Path data = parent.resolve("data");
        X509Certificate root;
        try (var installation = open(data, given("issuing", "chain"))) {
            root = installation.authority.root();
        }
        makeRoot("other", EC);
        makeIssuing("stranger", "other", AUTHORITY, EC);
        write("strangerchain.pem", "stranger.pem", "other.pem");
        assertThatThrownBy(() -> open(data, given("stranger", "strangerchain")))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("another root");
        makeIssuing("next", "root", AUTHORITY, EC);
        write("nextchain.pem", "next.pem", "root.pem");

        try (var installation = open(data, given("next", "nextchain"))) {
            assertThat(installation.authority.root()).isEqualTo(root);
            verifies(data, enrol(installation), "next");
            assertThat(installation.authority.revocationListBefore()).isPresent();
        }
    }

    @Test
    void an_installation_with_its_own_authority_takes_no_other() throws Exception {
        Path data = parent.resolve("data");
        open(data, Optional.empty()).close();

        assertThatThrownBy(() -> open(data, given("issuing", "chain")))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("has had an authority of its own");
        open(data, Optional.empty()).close();
    }

    private void assertRefused(String key, String chain, String why) {
        assertThatThrownBy(() -> open(parent.resolve("refused"), given(key, chain)))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining(why);
    }

    private Optional<GivenAuthority> given(String key, String chain) {
        return Optional.of(
                new GivenAuthority(parent.resolve(key + ".key"), parent.resolve(chain + ".pem")));
    }

    private static Installation open(Path data, Optional<GivenAuthority> given) throws Exception {
        return new Installation(
                data,
                new AuthorityConfig(Installation.NAME, Installation.NAMES, given),
                Disk.REAL,
                Installation.vault());
    }

    private static X509Certificate enrol(Installation installation) throws Exception {
        String name = "acme.truck-" + installation.registry.trackers().size();
        byte[] sha256 = installation.invite(name).secret().exposeTo(Authority::sha256);
        var key = TestRequests.newKey("secp256r1").getPublic();
        var id = TrackerId.parse(name).orElseThrow();
        return ((Enrolment.Enrolled) installation.authority.enrol(id, sha256, key)).certificate();
    }

    private void verifies(Path data, X509Certificate leaf, String issuer) throws Exception {
        Files.write(parent.resolve("tracker.pem"), Pem.encode(leaf));
        Tool.run(
                        parent,
                        "openssl",
                        "verify",
                        "-purpose",
                        "sslclient",
                        "-CAfile",
                        data.resolve("ca.pem").toString(),
                        "-untrusted",
                        issuer + ".pem",
                        "tracker.pem")
                .succeeded();
    }

    private void verifiesList(Installation installation, String issuer) throws Exception {
        Files.write(
                parent.resolve("list.der"),
                installation.authority.revocationList().der().toArray());
        var result =
                Tool.run(
                        parent,
                        "openssl",
                        "crl",
                        "-verify",
                        "-inform",
                        "DER",
                        "-in",
                        "list.der",
                        "-CAfile",
                        issuer + ".pem",
                        "-noout");
        assertThat(result.output()).contains("verify OK");
    }

    private void makeRoot(String name, String... algorithm) throws Exception {
        Files.writeString(
                parent.resolve("root.cnf"),
                "[req]\ndistinguished_name=dn\n[dn]\n[v3]\n" + AUTHORITY);
        var command =
                new ArrayList<>(
                        List.of(
                                "openssl",
                                "req",
                                "-x509",
                                "-new",
                                "-nodes",
                                "-days",
                                "3650",
                                "-sha256",
                                "-subj",
                                "/O=Customer/CN=Customer " + name,
                                "-config",
                                "root.cnf",
                                "-extensions",
                                "v3",
                                "-keyout",
                                name + ".key",
                                "-out",
                                name + ".pem",
                                "-newkey"));
        command.addAll(List.of(algorithm));
        Tool.run(parent, command.toArray(String[]::new)).succeeded();
        makePrivate(name + ".key");
    }

    private void makeIssuing(String name, String issuer, String extensions, String... algorithm)
            throws Exception {
        var command =
                new ArrayList<>(
                        List.of(
                                "openssl",
                                "req",
                                "-new",
                                "-nodes",
                                "-sha256",
                                "-subj",
                                "/O=Customer/CN=Customer issuing " + name,
                                "-keyout",
                                name + ".key",
                                "-out",
                                name + ".csr",
                                "-newkey"));
        command.addAll(List.of(algorithm));
        Tool.run(parent, command.toArray(String[]::new)).succeeded();
        Files.writeString(
                parent.resolve("ext.cnf"),
                extensions + "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n");
        Tool.run(
                        parent,
                        "openssl",
                        "x509",
                        "-req",
                        "-days",
                        "1825",
                        "-sha256",
                        "-in",
                        name + ".csr",
                        "-CA",
                        issuer + ".pem",
                        "-CAkey",
                        issuer + ".key",
                        "-CAcreateserial",
                        "-extfile",
                        "ext.cnf",
                        "-out",
                        name + ".pem")
                .succeeded();
        makePrivate(name + ".key");
        write("chain.pem", "issuing.pem", "root.pem");
    }

    private void makePrivate(String name) throws Exception {
        Files.setPosixFilePermissions(
                parent.resolve(name), PosixFilePermissions.fromString("rw-------"));
    }

    /** One file of the others' content, in this order. */
    private void write(String name, String... parts) throws Exception {
        var text = new StringBuilder();
        for (String part : parts) {
            Path file = parent.resolve(part);
            text.append(Files.exists(file) ? Files.readString(file) : "");
        }
        Files.writeString(parent.resolve(name), text);
    }
}
