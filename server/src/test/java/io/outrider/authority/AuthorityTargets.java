package io.outrider.authority;

import static io.outrider.fuzz.Target.require;

import io.outrider.fuzz.Target;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** What comes to the enrolment server. */
public final class AuthorityTargets {
    public static final Map<String, Target> ALL =
            Map.of(
                    "certificate-request", AuthorityTargets::request,
                    "enrolment", EnrolmentTarget::request,
                    "basic-credentials", AuthorityTargets::credentials);

    private AuthorityTargets() {}

    /** DER, which is put into base64 here. */
    private static void request(byte[] data) {
        String base64 = Base64.getMimeEncoder().encodeToString(data);
        try {
            require(
                    CertificateRequest.publicKey(base64).getAlgorithm().equals("EC"),
                    "a P-256 key");
        } catch (RequestRefusedException e) {
            require(e.getMessage() != null, "a refusal says why");
        }
        try {
            require(CertificateRequest.clientKey(base64).getEncoded().length > 0, "a key");
        } catch (RequestRefusedException e) {
            require(e.getMessage() != null, "a refusal says why");
        }
    }

    /** What follows the scheme's name; once as it is, once in base64. */
    private static void credentials(byte[] data) {
        for (String sent :
                new String[] {
                    new String(data, StandardCharsets.ISO_8859_1),
                    "Basic " + Base64.getEncoder().encodeToString(data)
                }) {
            BasicCredentials.parse(sent)
                    .ifPresent(read -> require(read.secretSha256().length == 32, "a hash"));
        }
    }
}
