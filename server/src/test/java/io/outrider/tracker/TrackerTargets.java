package io.outrider.tracker;

import static io.outrider.fuzz.Target.require;

import io.outrider.fuzz.Target;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** What a server answers to a tracker. */
public final class TrackerTargets {
    public static final Map<String, Target> ALL =
            Map.of(
                    "est-certificates", TrackerTargets::certificates,
                    "answer", TrackerTargets::answer);

    private TrackerTargets() {}

    /** DER, which is put into base64 here; and as it is. */
    private static void certificates(byte[] data) {
        for (byte[] sent : List.of(Base64.getMimeEncoder().encode(data), data)) {
            try {
                for (X509Certificate certificate : EstClient.certificates(sent)) {
                    require(certificate.getPublicKey() != null, "a certificate of a key");
                }
            } catch (TrackerProblem e) {
                require(e.getMessage() != null, "a refusal says why");
            }
        }
    }

    /** The reason code, then its words: nothing but success lets a tracker delete a position. */
    private static void answer(byte[] data) {
        if (data.length == 0) {
            return;
        }
        int code = data[0] & 0xff;
        String reason = new String(data, 1, data.length - 1, StandardCharsets.UTF_8);
        require(
                (Answer.of(code, reason) == Answer.STORED) == (code == 0),
                "stored is what the code says, not the words");
        require(code >= 0x80 || code == 0 || Answer.of(code, reason) == Answer.LATER, "no error");
    }
}
