package io.outrider.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.outrider.protocol.Vector;
import java.io.IOException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file of protocol/vectors that is about sealing, through all code that could meet it. */
class VectorsTest {
    static List<Vector> announcement() throws IOException {
        return Vector.all("announcement");
    }

    static List<Vector> report() throws IOException {
        return Vector.all("report");
    }

    static List<Vector> statement() throws IOException {
        return Vector.all("statement");
    }

    static List<Vector> request() throws IOException {
        return Vector.all("request");
    }

    static List<Vector> token() throws IOException {
        return Vector.all("token");
    }

    @ParameterizedTest
    @MethodSource
    void announcement(Vector vector) throws Refusal {
        byte[] bytes = vector.bytes("announcement");
        PublicKey identity = CurveKeys.publicKey(Suite.P256_HPKE, vector.bytes("identity-public"));
        if (isRefused(
                vector,
                () -> {
                    Announcement read =
                            BackendEpoch.verify(
                                    bytes, vector.text("fleet"), vector.text("tracker"), identity);
                    TestKey own = TestKey.of(read.suite(), "sealing key");
                    BackendEpoch.epochSecret(read, own.agreement()).close();
                })) {
            return;
        }

        Announcement read =
                BackendEpoch.verify(bytes, vector.text("fleet"), vector.text("tracker"), identity);
        if (!vector.has("payload")) {
            return;
        }
        assertThat(read.toPayload()).isEqualTo(vector.bytes("payload"));
        assertThat(read.epochNumber()).isEqualTo(vector.number("epoch-number"));
        assertThat(read.epochId()).isEqualTo(vector.id("epoch-id"));
        assertThat(read.predecessor()).hasValue(vector.id("predecessor"));
        assertThat(read.journalId()).isEqualTo(vector.id("journal-id"));
        assertThat(read.nextSequence()).isEqualTo(vector.number("next-sequence"));
        assertThat(read.timeBaseMs()).isEqualTo(vector.number("time-base-ms"));
        assertThat(read.backendKeyId()).isEqualTo(vector.id("backend-key-id"));
        assertThat(EpochSecret.info(read)).isEqualTo(vector.bytes("hpke-info"));
        assertSecretOfBothSides(vector, read);
    }

    private static void assertSecretOfBothSides(Vector vector, Announcement read) throws Refusal {
        TestKey backend = TestKey.of(read.suite(), vector, "backend");
        TestKey ephemeral = TestKey.of(read.suite(), vector, "ephemeral");
        byte[] expected = vector.bytes("epoch-secret");

        Secret ofBackend = BackendEpoch.epochSecret(read, backend.agreement());
        Secret ofTracker =
                EpochSecret.ofTracker(
                        ephemeral.agreement(),
                        backend.sealingKey(),
                        read.fleet(),
                        read.tracker(),
                        read.epochId());

        assertThat(AnnouncementVectors.bytes(ofBackend)).isEqualTo(expected);
        assertThat(AnnouncementVectors.bytes(ofTracker)).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource
    void report(Vector vector) throws Refusal {
        byte[] bytes = vector.bytes("report");
        Suite suite = Suite.ofCode(vector.number("suite")).orElseThrow();
        Secret secret = Secret.owning(vector.bytes("epoch-secret"));
        String fleet = vector.text("fleet");
        String tracker = vector.text("tracker");
        long number = vector.number("epoch-number");
        long id = vector.id("epoch-id");
        try (BackendEpoch epoch = BackendEpoch.of(fleet, tracker, suite, number, id, secret);
                var key = new ReportKey(secret, fleet, tracker, suite, number, id)) {
            if (isRefused(vector, () -> epoch.open(SealedReport.parse(bytes)))) {
                return;
            }
            SealedReport read = SealedReport.parse(bytes);
            byte[] plaintext = vector.bytes("plaintext");

            assertThat(read.counter()).isEqualTo(vector.number("counter"));
            assertThat(read.epochLowByte()).isEqualTo((int) (number & 0xff));
            assertThat(read.toBytes()).isEqualTo(bytes).endsWith(read.tag());
            assertThat(epoch.open(read)).isEqualTo(plaintext);
            assertThat(key.seal((int) read.counter(), plaintext).toBytes()).isEqualTo(bytes);
        }
    }

    @ParameterizedTest
    @MethodSource
    void statement(Vector vector) throws Refusal {
        byte[] bytes = vector.bytes("statement");
        X509Certificate root = Certificates.parse(vector.bytes("root"));
        Instant now = Instant.parse(vector.text("now"));
        if (isRefused(vector, () -> KeyStatement.verify(bytes, root, now))) {
            return;
        }

        KeyStatement read = KeyStatement.verify(bytes, root, now);

        assertThat(read.serial()).isEqualTo(vector.number("serial"));
        assertThat(read.issuedAt().toEpochMilli()).isEqualTo(vector.number("issued-at-ms"));
        assertThat(read.installation()).isEqualTo(vector.text("installation"));
        assertThat(read.sealingKeys()).hasSize((int) vector.number("known-keys"));
        assertThat(read.commandKey().getEncoded()).isEqualTo(vector.bytes("command-key"));
        assertThat(read.trustAnchors()).containsExactly(root);
        assertThat(read.deleteOn()).hasToString(vector.text("delete-on"));
    }

    @ParameterizedTest
    @MethodSource
    void request(Vector vector) throws Refusal {
        byte[] bytes = vector.bytes("request");
        String fleet = vector.text("fleet");
        String tracker = vector.text("tracker");
        PublicKey command = CurveKeys.publicKey(Suite.P256_HPKE, vector.bytes("command-public"));
        if (isRefused(vector, () -> AnnounceRequest.verify(bytes, fleet, tracker, command))) {
            return;
        }

        assertThat(AnnounceRequest.verify(bytes, fleet, tracker, command))
                .isEqualTo(new AnnounceRequest(fleet, tracker, vector.number("issued-at-ms")));
    }

    @ParameterizedTest
    @MethodSource
    void token(Vector vector) throws Refusal {
        String text = vector.text("token").replace("\\n", "\n");
        if (isRefused(vector, () -> EnrolmentToken.parse(text))) {
            return;
        }

        EnrolmentToken read = EnrolmentToken.parse(text);

        assertThat(read.host()).isEqualTo(vector.text("host"));
        assertThat(read.enrolPort()).isEqualTo((int) vector.number("enrol-port"));
        assertThat(read.mqttPort()).isEqualTo((int) vector.number("mqtt-port"));
        assertThat(read.rootSha256()).hasToString(vector.text("root-sha256"));
        assertThat(read.fleet()).isEqualTo(vector.text("fleet"));
        assertThat(read.tracker()).isEqualTo(vector.text("tracker"));
        assertThat(AnnouncementVectors.bytes(read.secret())).isEqualTo(vector.bytes("secret"));
        assertThat(read.password()).isEqualTo(vector.text("password"));
        assertThat(read.format()).isEqualTo(text);
    }

    /** Whether the vector is to be refused; then it must be, for the reason that it names. */
    private static boolean isRefused(Vector vector, ThrowingCallable use) {
        if (vector.text("expect").equals("accepted")) {
            return false;
        }
        Refusal refusal = catchThrowableOfType(Refusal.class, use);
        assertThat(refusal).as(vector + " must be refused").isNotNull();
        assertThat(Objects.requireNonNull(refusal).reason())
                .as(refusal.getMessage())
                .hasToString(vector.text("expect"));
        return true;
    }
}
