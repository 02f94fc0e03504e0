package io.outrider.authority;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.outrider.fleet.Enrolment;
import io.outrider.keys.KeyUnavailableException;
import io.outrider.topic.TrackerId;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What strangers can ask of the authority over HTTPS: its certificates, its key statement, and with
 * a token a certificate of their own. Safe for use by many threads.
 */
final class EnrolmentDesk {
    private static final Logger LOG = LoggerFactory.getLogger(EnrolmentDesk.class);

    /** A request for a key of P-256 has some 400 bytes. */
    static final int BODY_BYTES_MAX = 8_192;

    /** Answers to wrong secrets that are held back at one time; more are refused at once. */
    private static final int HELD_MAX = 64;

    /** Seconds; the next list can be one request away, so nobody keeps one for long. */
    private static final String LIST_CACHED = "public, max-age=300";

    private static final String CHALLENGE = "Basic realm=\"outrider\", charset=\"UTF-8\"";

    /** How a wish to enrol can end. */
    private enum Outcome {
        ENROLLED,
        WRONG_SECRET,
        TOKEN_EXPIRED,
        REFUSED,
        FAILED
    }

    private final Authority authority;
    private final Attempts attempts;
    private final Semaphore held = new Semaphore(HELD_MAX);
    private final Map<Outcome, LongAdder> counts = new ConcurrentHashMap<>();

    EnrolmentDesk(Authority authority, Attempts attempts) {
        this.authority = authority;
        this.attempts = attempts;
        for (Outcome outcome : Outcome.values()) {
            counts.put(outcome, new LongAdder());
        }
    }

    Map<String, Long> counts() {
        var numbers = new TreeMap<String, Long>();
        counts.forEach((outcome, count) ->
                numbers.put(
                        outcome.name().toLowerCase(Locale.ROOT).replace('_', '-'), count.sum()));
        return numbers;
    }

    /** EST, RFC 7030, section 4.1. */
    void sendCaCertificates(Context http) {
        send(http, "application/pkcs7-mime", authority.certificatesOfCa());
    }

    void sendKeyStatement(Context http) {
        http.contentType("application/cose").result(authority.keyStatement().toArray());
    }

    /** The list of revoked certificates of today's issuing CA (RFC 5280, section 5), in DER. */
    void sendRevocationList(Context http) {
        send(http, () -> Optional.of(authority.revocationList()));
    }

    /** The same of the issuing CA before: what it issued is in use for up to 90 days. */
    void sendRevocationListBefore(Context http) {
        send(http, authority::revocationListBefore);
    }

    /** Where a list comes from. */
    private interface ListSource {
        Optional<RevocationList> list() throws KeyUnavailableException, SQLException;
    }

    private static void send(Context http, ListSource source) {
        try {
            Optional<RevocationList> list = source.list();
            if (list.isEmpty()) {
                plain(http, HttpStatus.NOT_FOUND, "there was no issuing CA before");
                return;
            }
            String tag = "\"" + list.get().number() + "\"";
            http.header("ETag", tag).header("Cache-Control", LIST_CACHED);
            if (tag.equals(http.header("If-None-Match"))) {
                http.status(HttpStatus.NOT_MODIFIED);
                return;
            }
            http.contentType("application/pkix-crl").result(list.get().der().toArray());
        } catch (KeyUnavailableException | SQLException e) {
            LOG.error("The list of revoked certificates cannot be written", e);
            http.header("Retry-After", "30");
            plain(http, HttpStatus.SERVICE_UNAVAILABLE, "not possible now, try again");
        }
    }

    /** EST, RFC 7030, section 4.2, with HTTP Basic (section 3.2.3). */
    void enrol(Context http) throws IOException {
        Optional<BasicCredentials> credentials =
                BasicCredentials.parse(http.header("Authorization"));
        if (credentials.isEmpty()) {
            challenge(http, "give FLEET.TRACKER as user and the token's secret as password");
            return;
        }
        TrackerId id = credentials.get().tracker();
        byte[] secretSha256 = credentials.get().secretSha256();
        switch (authority.registry().check(id, secretSha256)) {
            case WRONG -> refuseSecret(http, id);
            case EXPIRED -> {
                count(Outcome.TOKEN_EXPIRED, id, "the token has expired");
                challenge(http, "the token has expired; remove the tracker and add it again");
            }
            case RIGHT -> enrol(http, id, secretSha256);
        }
    }

    private void enrol(Context http, TrackerId id, byte[] secretSha256) throws IOException {
        try {
            PublicKey key = CertificateRequest.publicKey(body(http));
            answer(http, id, authority.enrol(id, secretSha256, key));
        } catch (RequestRefusedException e) {
            count(Outcome.REFUSED, id, e.getMessage());
            plain(http, HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
        } catch (SQLException e) {
            count(Outcome.FAILED, id, e.getMessage());
            http.header("Retry-After", "30");
            plain(http, HttpStatus.SERVICE_UNAVAILABLE, "not possible now, try again");
        }
    }

    private void answer(Context http, TrackerId id, Enrolment enrolment) {
        switch (enrolment) {
            case Enrolment.Enrolled(var tracker, var certificate) -> {
                count(Outcome.ENROLLED, id, "enrolment " + tracker.enrolment());
                // The issuing CA with it; the root comes from cacerts and from the TLS chain.
                send(
                        http,
                        "application/pkcs7-mime; smime-type=certs-only",
                        List.of(certificate, authority.certificatesOfCa().getFirst()));
            }
            case Enrolment.Unauthorised() -> challenge(http, "the token is not good any more");
            case Enrolment.Refused(String why) -> {
                count(Outcome.REFUSED, id, why);
                plain(http, HttpStatus.BAD_REQUEST, why);
            }
        }
    }

    /** One answer for a tracker that does not exist and for one whose secret is another. */
    private void refuseSecret(Context http, TrackerId id) throws UnknownHostException {
        count(Outcome.WRONG_SECRET, id, "from " + http.ip());
        Duration delay = attempts.failed(id.toString(), InetAddress.getByName(http.ip()));
        if (!delay.isZero() && !held.tryAcquire()) {
            http.header("Retry-After", Long.toString(delay.toSeconds() + 1));
            plain(http, HttpStatus.TOO_MANY_REQUESTS, "too many wrong attempts");
            return;
        }
        if (!delay.isZero()) {
            try {
                Thread.sleep(delay);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the server stops
            } finally {
                held.release();
            }
        }
        challenge(http, "no such tracker, or not its token");
    }

    private static String body(Context http) throws IOException, RequestRefusedException {
        // Not contentType(), which fails where the character set is one that does not exist.
        String contentType = String.valueOf(http.header("Content-Type"));
        if (!contentType.toLowerCase(Locale.ROOT).startsWith("application/pkcs10")) {
            throw new RequestRefusedException("send Content-Type: application/pkcs10");
        }
        try (InputStream in = http.bodyInputStream()) {
            byte[] bytes = in.readNBytes(BODY_BYTES_MAX + 1);
            if (bytes.length > BODY_BYTES_MAX) {
                throw new RequestRefusedException(
                        "the body is longer than " + BODY_BYTES_MAX + " bytes");
            }
            return new String(bytes, StandardCharsets.US_ASCII);
        }
    }

    private static void send(Context http, String contentType, List<X509Certificate> certificates) {
        http.contentType(contentType)
                .header("Content-Transfer-Encoding", "base64")
                .result(CertificateBundle.encode(certificates));
    }

    private static void challenge(Context http, String why) {
        http.header("WWW-Authenticate", CHALLENGE);
        // Always: else whether it is said depends on how much of the body had come by then.
        http.header("Connection", "close");
        plain(http, HttpStatus.UNAUTHORIZED, why);
    }

    private static void plain(Context http, HttpStatus status, String text) {
        http.status(status).contentType("text/plain; charset=utf-8").result(text + "\n");
    }

    private void count(Outcome outcome, TrackerId id, @Nullable String detail) {
        counts.computeIfAbsent(outcome, _ -> new LongAdder()).increment();
        LOG.info("Enrolment of {}: {} ({})", id, outcome, detail);
    }
}
