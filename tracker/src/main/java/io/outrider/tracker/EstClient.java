package io.outrider.tracker;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;

/**
 * The vehicle's side of enrolment over secure transport (RFC 7030), and of the key statement that
 * the same server gives. Every answer is bounded in size and time.
 */
final class EstClient implements AutoCloseable {
    private static final Duration CONNECT_TIME_MAX = Duration.ofSeconds(10);
    private static final Duration ANSWER_TIME_MAX = Duration.ofSeconds(30);
    private static final int ANSWER_BYTES_MAX = 256 << 10;
    private static final int REASON_CHARS_MAX = 200;

    private final URI base;
    private final HttpClient http;

    EstClient(String host, int port, PinnedTrust trust) {
        String name = host.contains(":") ? "[" + host + "]" : host;
        this.base = URI.create("https://" + name + ":" + port + "/.well-known/");
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        this.http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(CONNECT_TIME_MAX)
                        .sslContext(context(trust))
                        .sslParameters(parameters)
                        .build();
    }

    /** RFC 7030, 4.1. */
    List<X509Certificate> cacerts() throws IOException, TrackerProblem, InterruptedException {
        return certificates(send(HttpRequest.newBuilder(base.resolve("est/cacerts")).GET()));
    }

    /**
     * RFC 7030, 4.2.
     *
     * @param request PKCS #10 in DER
     */
    List<X509Certificate> simpleEnroll(byte[] request, String user, String password)
            throws IOException, TrackerProblem, InterruptedException {
        byte[] credentials = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        String body = Base64.getMimeEncoder().encodeToString(request);
        return certificates(
                send(
                        HttpRequest.newBuilder(base.resolve("est/simpleenroll"))
                                .header("Content-Type", "application/pkcs10")
                                .header("Content-Transfer-Encoding", "base64")
                                .header(
                                        "Authorization",
                                        "Basic " + Base64.getEncoder().encodeToString(credentials))
                                .POST(HttpRequest.BodyPublishers.ofString(body))));
    }

    /** The signed key statement, not yet verified. */
    byte[] keyStatement() throws IOException, TrackerProblem, InterruptedException {
        return send(HttpRequest.newBuilder(base.resolve("outrider/keys")).GET());
    }

    private byte[] send(HttpRequest.Builder request)
            throws IOException, TrackerProblem, InterruptedException {
        HttpResponse<byte[]> answer =
                http.send(
                        request.timeout(ANSWER_TIME_MAX).build(),
                        HttpResponse.BodyHandlers.limiting(
                                HttpResponse.BodyHandlers.ofByteArray(), ANSWER_BYTES_MAX));
        return switch (answer.statusCode()) {
            case 200 -> answer.body();
            case 401, 403 ->
                    throw new TrackerProblem(
                            "The server refuses this token: it was used before or has expired.\n"
                                    + "Get a new one on the server with: outrider fleet add");
            case 429, 503 ->
                    throw new TrackerProblem(
                            "The server is busy (HTTP "
                                    + answer.statusCode()
                                    + "). Try again in a minute with the same token.");
            case 400 ->
                    throw new TrackerProblem("The server refuses" + reason(answer.body()) + ".");
            default ->
                    throw new TrackerProblem(
                            "The server answered HTTP "
                                    + answer.statusCode()
                                    + reason(answer.body())
                                    + ".\nLook into the server's log.");
        };
    }

    private static String reason(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8).lines().findFirst().orElse("");
        String printable = text.replaceAll("[^ -~]", "");
        return printable.isEmpty()
                ? ""
                : ": " + printable.substring(0, Math.min(REASON_CHARS_MAX, printable.length()));
    }

    /** Base64 of a certs-only CMC Simple PKI Response (RFC 7030, 4.1.3 and 4.2.3). */
    static List<X509Certificate> certificates(byte[] base64) throws TrackerProblem {
        try {
            CMSSignedData message = new CMSSignedData(Base64.getMimeDecoder().decode(base64));
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            List<X509Certificate> found = new ArrayList<>();
            for (X509CertificateHolder holder : message.getCertificates().getMatches(null)) {
                found.add(
                        (X509Certificate)
                                factory.generateCertificate(
                                        new ByteArrayInputStream(holder.getEncoded())));
            }
            return found;
        } catch (CMSException | CertificateException | IOException | RuntimeException e) {
            // Of any kind: Bouncy Castle and the JDK say in several ways that bytes are not theirs.
            throw new TrackerProblem(
                    "The server's certificates are not of the form that EST gives them"
                            + " (RFC 7030). Is it an Outrider server?",
                    e);
        }
    }

    private static SSLContext context(PinnedTrust trust) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {trust}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks TLS", e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
