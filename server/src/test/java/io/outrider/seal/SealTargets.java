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
                    "key-statement", SealTargets::statement,
                    "cose-sign1", SealTargets::coseSign1,
                    "enrolment-token", SealTargets::token);

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
            byte[] again = KeyStatementWire.read(data).toPayload();
            require(Arrays.equals(again, data), "one form of a statement");
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
