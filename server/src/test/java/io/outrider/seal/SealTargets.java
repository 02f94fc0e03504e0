package io.outrider.seal;

import static io.outrider.fuzz.Target.require;

import io.outrider.fuzz.Target;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * What is sealed and what is signed. The payloads are read without their signature, since a peer
 * with a good key can be hostile, too, and no fuzzer finds a signature.
 */
public final class SealTargets {
    public static final Map<String, Target> ALL =
            Map.of(
                    "sealed-report", SealTargets::report,
                    "announcement", SealTargets::announcement,
                    "announcement-signed", SealTargets::signedAnnouncement,
                    "announce-request", SealTargets::signedRequest,
                    "key-statement", SealTargets::statement,
                    "key-statement-signed", SealTargets::signedStatement,
                    "cose-sign1", SealTargets::coseSign1,
                    "enrolment-token", SealTargets::token);

    private static final Vectors ANNOUNCEMENTS = Vectors.of("announcement", "good-p256");
    private static final Vectors REQUESTS = Vectors.of("request", "good");
    private static final Vectors STATEMENTS = Vectors.of("statement", "good");

    private SealTargets() {}

    private static void report(byte[] data) {
        try {
            SealedReport report = SealedReport.parse(data);
            require(Arrays.equals(report.toBytes(), data), "one form of a report");
            require(report.counter() < Limits.REPORTS_PER_EPOCH_MAX, "a counter within bounds");
        } catch (Refusal e) {
            require(e.getMessage() != null, "a refusal says why");
        }
    }

    private static void announcement(byte[] data) {
        try {
            byte[] again = Announcement.read(data).toPayload();
            require(Arrays.equals(again, data), "one form of an announcement");
        } catch (Refusal e) {
            require(e.getMessage() != null, "a refusal says why");
        }
    }

    private static void statement(byte[] data) {
        try {
            KeyStatementWire wire = KeyStatementWire.read(data);
            require(Arrays.equals(wire.toPayload(), data), "one form of a statement");
            require(!KeyStatement.ofWire(wire).sealingKeys().isEmpty(), "a key to seal to");
        } catch (Refusal e) {
            require(e.getMessage() != null, "a refusal says why");
        }
    }

    /** Nothing counts as signed but what was: no fuzzer finds a signature. */
    private static void signedAnnouncement(byte[] data) {
        try {
            BackendEpoch.verify(data, "north", "van-17", ANNOUNCEMENTS.key("identity-public"));
            require(ANNOUNCEMENTS.areSigned(data), "an announcement that was signed");
        } catch (Refusal e) {
            require(e.getMessage() != null, "a refusal says why");
        }
    }

    private static void signedRequest(byte[] data) {
        try {
            AnnounceRequest.verify(data, "north", "van-17", REQUESTS.key("command-public"));
            require(REQUESTS.areSigned(data), "a request that was signed");
        } catch (Refusal e) {
            require(e.getMessage() != null, "a refusal says why");
        }
    }

    private static void signedStatement(byte[] data) {
        try {
            KeyStatement.verify(data, STATEMENTS.certificate("root"), STATEMENTS.now());
            require(STATEMENTS.areSigned(data), "a statement that was signed");
        } catch (Refusal e) {
            require(e.getMessage() != null, "a refusal says why");
        }
    }

    private static void coseSign1(byte[] data) {
        try {
            int certificates = CoseSign1.parse(data, 64 * 1024).chain().size();
            require(certificates < data.length, "a chain of what was sent");
        } catch (Refusal e) {
            require(e.getMessage() != null, "a refusal says why");
        }
    }

    private static void token(byte[] data) {
        String text = new String(data, StandardCharsets.ISO_8859_1);
        try (EnrolmentToken token = EnrolmentToken.parse(text)) {
            require(token.format().equals(text), "one spelling of a token");
        } catch (Refusal e) {
            require(e.getMessage() != null, "a refusal says why");
        }
    }
}
