package io.outrider.bench;

import io.outrider.seal.KeyStatement;
import io.outrider.seal.Refusal;
import io.outrider.seal.SealingPublicKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A data directory of Outrider with its configuration, the trackers that the bench has enrolled in
 * it, and their keys. The trackers come in by the front door, {@code fleet add} and EST, so that
 * nothing here knows how the server keeps them.
 */
final class Installation {
    static final String FLEET = "bench";

    /** The section of the listener for passwords and tokens in outrider.yaml. */
    private static final String PASSWORDS = "mqtt-credentials";

    private final Path data;
    private final int[] ports;
    private final List<Member> members = new ArrayList<>();
    private Optional<X509Certificate> root = Optional.empty();
    private Optional<OnceChecked> trust = Optional.empty();
    private List<X509Certificate> authorities = List.of();
    private Optional<SealingPublicKey> sealingKey = Optional.empty();

    private Installation(Path data, int[] ports) {
        this.data = data;
        this.ports = ports;
    }

    /** An empty data directory, and a configuration that puts everything on free ports. */
    static Installation create(Path folder) throws IOException {
        Path data =
                Files.createDirectory(
                        folder,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
        var installation = new Installation(data, Workspace.freePorts(4));
        installation.configure(
                "%s: {address: 127.0.0.1, port: %d}\n".formatted(PASSWORDS, installation.ports[3]));
        return installation;
    }

    private void configure(String more) throws IOException {
        Files.writeString(
                data.resolve("outrider.yaml"),
                """
                names: [localhost, 127.0.0.1]
                mqtt: {address: 127.0.0.1, port: %d}
                enrolment: {address: 127.0.0.1, port: %d}
                dashboard: {address: 127.0.0.1, port: %d}
                """
                                .formatted(ports[0], ports[1], ports[2])
                        + more);
    }

    /** Configures no listener for passwords, for a server that knows of none. */
    void forgoPasswords() throws BenchException {
        try {
            configure("");
        } catch (IOException e) {
            throw new BenchException("cannot write the configuration: " + e.getMessage(), e);
        }
    }

    /** Whether this is what a server says that knows of no listener for passwords. */
    static boolean isPasswordsUnknown(String message) {
        return message.contains("unknown key '" + PASSWORDS);
    }

    /** Makes the fleet and enrols so many trackers, where a server runs in this directory. */
    void enrol(int count, Progress progress) throws BenchException {
        readRoot();
        try (var enroller = new Enroller(control(), ports[1], root())) {
            if (members.isEmpty()) {
                control().ask("fleet create", Map.of("fleet", FLEET));
                authorities = enroller.authorities();
                sealingKey = Optional.of(sealingKey(enroller.keyStatement()));
            }
            members.addAll(enroller.enrol(FLEET, members.size(), count, progress));
        }
    }

    /** Enrols trackers and removes them again: what they have left is a good certificate. */
    List<Member> enrolAndRemove(int count, Progress progress) throws BenchException {
        try (var enroller = new Enroller(control(), ports[1], root())) {
            List<Member> removed = enroller.enrol(FLEET, 1_000_000, count, progress);
            for (Member member : removed) {
                control().ask("fleet remove", Map.of("tracker", member.clientId()));
            }
            return removed;
        }
    }

    Path data() {
        return data;
    }

    ControlSocket control() {
        return new ControlSocket(data.resolve("control.sock"));
    }

    Door door() {
        return Door.onLoopback(ports[0], trust.orElseThrow());
    }

    /** TLS without a client certificate, user name and password; empty where nobody listens. */
    Optional<Door> passwordDoor() {
        Door door = Door.onLoopback(ports[3], trust.orElseThrow());
        return door.isOpen() ? Optional.of(door) : Optional.empty();
    }

    /** A token of a real client, but for its signature; where a server runs in this directory. */
    String forgedToken() throws BenchException {
        control().ask("client add", Map.of("client", "bench-token", "methods", "token"));
        String token =
                control()
                        .ask("token issue", Map.of("name", "bench-token", "seconds", "3600"))
                        .path("token")
                        .asString();
        int signature = token.lastIndexOf('.') + 1;
        // Another one of the same form: r and s of 1 to 2^256.
        return token.substring(0, signature) + "B".repeat(token.length() - signature - 1) + "A";
    }

    List<Member> members() {
        return List.copyOf(members);
    }

    X509Certificate root() {
        return root.orElseThrow();
    }

    /** The issuing CA and the root. */
    List<X509Certificate> authorities() {
        return authorities;
    }

    SealingPublicKey sealingKey() {
        return sealingKey.orElseThrow();
    }

    private void readRoot() throws BenchException {
        if (root.isPresent()) {
            return;
        }
        try (InputStream in = Files.newInputStream(data.resolve("ca.pem"))) {
            var read =
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509").generateCertificate(in);
            root = Optional.of(read);
            trust = Optional.of(new OnceChecked(read));
        } catch (IOException | CertificateException e) {
            throw new BenchException("cannot read the root in " + data + ": " + e.getMessage(), e);
        }
    }

    /** The key that a tracker would choose: the first of the statement. */
    private SealingPublicKey sealingKey(byte[] statement) throws BenchException {
        try {
            return KeyStatement.verify(statement, root(), Instant.now()).sealingKeys().getFirst();
        } catch (Refusal e) {
            throw new BenchException("the key statement is not good: " + e.getMessage(), e);
        }
    }
}
