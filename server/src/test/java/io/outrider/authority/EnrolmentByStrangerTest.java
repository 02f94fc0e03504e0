package io.outrider.authority;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.seal.EnrolmentToken;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Enrolment as a stranger does it who has curl, openssl and RFC 7030. */
class EnrolmentByStrangerTest {
    @TempDir Path directory;
    private Installation installation;
    private EnrolmentServer server;
    private EnrolmentToken token;

    @BeforeEach
    void start() throws Exception {
        installation = new Installation(directory.resolve("data"));
        server =
                EnrolmentServer.start(
                        installation.authority,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        () -> installation.now);
        token = installation.invite("acme.truck-7");
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        installation.close();
    }

    @Test
    void old_protocols_and_ciphers_without_aead_are_refused() throws Exception {
        var weakOnPurpose = List.of("-cipher", "ALL:@SECLEVEL=0");
        try (var weak = new WeakServer(directory, installation)) {
            // First that the probe gets through where it is let.
            assertThat(handshake(weak.port(), "-tls1_1", weakOnPurpose))
                    .contains("Protocol  : TLSv1.1");
            assertThat(
                            handshake(
                                    weak.port(),
                                    "-tls1_2",
                                    List.of("-cipher", "ECDHE-ECDSA-AES128-SHA256")))
                    .contains("Cipher    : ECDHE-ECDSA-AES128-SHA256");
        }

        assertThat(handshake(server.port(), "-tls1_1", weakOnPurpose)).contains("Cipher is (NONE)");
        assertThat(handshake(server.port(), "-tls1", weakOnPurpose)).contains("Cipher is (NONE)");
        for (String cipher :
                List.of(
                        "ECDHE-ECDSA-AES128-SHA256",
                        "ECDHE-ECDSA-AES256-SHA",
                        "ECDHE-ECDSA-AES128-CCM8",
                        "AES128-GCM-SHA256",
                        "NULL-SHA256")) {
            assertThat(
                            handshake(
                                    server.port(),
                                    "-tls1_2",
                                    List.of("-cipher", cipher + ":@SECLEVEL=0")))
                    .as(cipher)
                    .contains("Cipher is (NONE)");
        }
        assertThat(handshake(server.port(), "-tls1_2", List.of()))
                .contains("Cipher is ECDHE-ECDSA-");
        assertThat(handshake(server.port(), "-tls1_3", List.of())).contains("Cipher is TLS_");
    }

    @Test
    void curl_without_the_root_or_with_a_wrong_secret_gets_nothing() throws Exception {
        assertThat(
                        run("curl", "--silent", "--show-error", url("localhost", "est/cacerts"))
                                .output())
                .contains("SSL certificate problem");

        makeRequest();
        Tool.Result refused = enrol("acme.truck-7:" + "A".repeat(22));

        assertThat(refused.status()).isNotZero();
        assertThat(refused.output()).contains("401");
        assertThat(directory.resolve("truck.p7.base64")).doesNotExist();
    }

    @Test
    void plain_http_gets_nothing() throws Exception {
        String url = url("localhost", "est/cacerts").replace("https:", "http:");

        assertThat(run("curl", "--silent", "--show-error", "--fail", url).status()).isNotZero();
    }

    @Test
    void every_name_of_the_certificate_works() throws Exception {
        for (String host : List.of("localhost", "127.0.0.1", "[::1]")) {
            String port = ":" + server.port();
            curl(
                            "--fail",
                            "--connect-to",
                            host + port + ":127.0.0.1" + port,
                            "--output",
                            "ca.base64",
                            url(host, "est/cacerts"))
                    .succeeded();
        }
    }

    @Test
    void curl_and_openssl_enrol_a_tracker() throws Exception {
        curl("--fail", "--output", "ca.base64", url("localhost", "est/cacerts")).succeeded();
        toPem("ca.base64", "ca-all.pem");
        makeRequest();

        enrol("acme.truck-7:" + token.password()).succeeded();

        toPem("truck.p7.base64", "truck.pem");
        run(
                        "openssl",
                        "verify",
                        "-x509_strict",
                        "-purpose",
                        "sslclient",
                        "-CAfile",
                        "data/ca.pem",
                        "-untrusted",
                        "ca-all.pem",
                        leafOf("truck.pem"))
                .succeeded();
        assertThat(
                        run(
                                        "openssl",
                                        "x509",
                                        "-in",
                                        "leaf.pem",
                                        "-noout",
                                        "-subject",
                                        "-ext",
                                        "subjectAltName,extendedKeyUsage")
                                .succeeded()
                                .output())
                .contains("subject=CN = acme.truck-7")
                .contains("URI:spiffe://outrider.internal/fleet/acme/tracker/truck-7")
                .contains("TLS Web Client Authentication")
                .doesNotContain("i-am-the-root");
    }

    /** The request asks for more than it gets. */
    private void makeRequest() throws Exception {
        run(
                        "openssl",
                        "req",
                        "-new",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:prime256v1",
                        "-noenc",
                        "-keyout",
                        "truck.key",
                        "-subj",
                        "/CN=i-am-the-root",
                        "-addext",
                        "basicConstraints=critical,CA:TRUE",
                        "-outform",
                        "DER",
                        "-out",
                        "truck.csr")
                .succeeded();
        run("openssl", "base64", "-in", "truck.csr", "-out", "truck.csr.base64").succeeded();
    }

    private Tool.Result enrol(String credentials) throws Exception {
        return curl(
                "--fail",
                "--user",
                credentials,
                "--header",
                "Content-Type: application/pkcs10",
                "--data-binary",
                "@truck.csr.base64",
                "--output",
                "truck.p7.base64",
                url("localhost", "est/simpleenroll"));
    }

    private void toPem(String base64, String pem) throws Exception {
        run("openssl", "base64", "-d", "-in", base64, "-out", "der").succeeded();
        run("openssl", "pkcs7", "-inform", "DER", "-in", "der", "-print_certs", "-out", pem)
                .succeeded();
    }

    /** The certificates come as a set: the leaf is the one of our key. */
    private String leafOf(String pem) throws Exception {
        String key = run("openssl", "pkey", "-in", "truck.key", "-pubout").succeeded().output();
        for (String part : Files.readString(directory.resolve(pem)).split("(?=subject)", -1)) {
            if (part.contains("BEGIN CERTIFICATE")) {
                Files.writeString(directory.resolve("leaf.pem"), part);
                String found =
                        run("openssl", "x509", "-in", "leaf.pem", "-noout", "-pubkey").output();
                if (found.equals(key)) {
                    return "leaf.pem";
                }
            }
        }
        throw new AssertionError("no certificate for the key");
    }

    private String handshake(int port, String protocol, List<String> options) throws Exception {
        var command =
                new ArrayList<>(
                        List.of("openssl", "s_client", "-connect", "127.0.0.1:" + port, protocol));
        command.addAll(options);
        return run(command.toArray(String[]::new)).output();
    }

    private Tool.Result curl(String... arguments) throws Exception {
        var command =
                new ArrayList<>(
                        List.of("curl", "--silent", "--show-error", "--cacert", "data/ca.pem"));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    private Tool.Result run(String... command) throws Exception {
        return Tool.run(directory, command);
    }

    private String url(String host, String path) {
        return "https://" + host + ":" + server.port() + "/.well-known/" + path;
    }

    /** A server of openssl with our certificate that lets everything through. */
    private static final class WeakServer implements AutoCloseable {
        private final Process process;
        private final int port;

        WeakServer(Path directory, Installation installation) throws Exception {
            Path p12 = directory.resolve("weak.p12");
            char[] password = "changeit".toCharArray();
            var copy = KeyStore.getInstance("PKCS12");
            copy.load(null, null);
            try (KeyStoreFile keys = installation.authority.serverKeyStore()) {
                KeyStore store = keys.load();
                copy.setKeyEntry(
                        "weak",
                        store.getKey("outrider", keys.passwordCharacters()),
                        password,
                        store.getCertificateChain("outrider"));
            }
            try (var out = new FileOutputStream(p12.toFile())) {
                copy.store(out, password);
            }
            Tool.run(
                            directory,
                            "openssl",
                            "pkcs12",
                            "-in",
                            "weak.p12",
                            "-passin",
                            "pass:changeit",
                            "-noenc",
                            "-out",
                            "weak.pem")
                    .succeeded();
            process =
                    new ProcessBuilder(
                                    "openssl",
                                    "s_server",
                                    "-accept",
                                    "127.0.0.1:0",
                                    "-cert",
                                    "weak.pem",
                                    "-cipher",
                                    "ALL:@SECLEVEL=0")
                            .directory(directory.toFile())
                            .redirectErrorStream(true)
                            .start();
            port = readPort();
        }

        /** {@code ACCEPT 127.0.0.1:40123} */
        private int readPort() throws IOException {
            var lines = process.inputReader();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("ACCEPT ")) {
                    return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
                }
            }
            throw new IOException("openssl s_server did not start");
        }

        int port() {
            return port;
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
