package io.outrider.bench;

import io.outrider.seal.EnrolmentToken;
import io.outrider.seal.Refusal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Enrols trackers at a running server, a few at a time (EST, RFC 7030). */
final class Enroller implements AutoCloseable {
    private static final int PARALLEL = 4;
    private static final int TRIES = 3;

    private final ControlSocket control;
    private final URI base;
    private final HttpClient http;

    Enroller(ControlSocket control, int port, X509Certificate root) throws BenchException {
        this.control = control;
        this.base = URI.create("https://localhost:" + port + "/.well-known/");
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {OnceChecked.pkix(root)}, null);
            this.http =
                    HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .sslContext(context)
                            .build();
        } catch (GeneralSecurityException e) {
            throw new BenchException("this Java lacks TLS", e);
        }
    }

    /** The issuing CA and the root. */
    List<X509Certificate> authorities() throws BenchException {
        return certificates(send(HttpRequest.newBuilder(base.resolve("est/cacerts")).build()));
    }

    /** The signed key statement, not verified. */
    byte[] keyStatement() throws BenchException {
        return send(HttpRequest.newBuilder(base.resolve("outrider/keys")).build());
    }

    /**
     * @param first the number in the name of the first
     */
    List<Member> enrol(String fleet, int first, int count, Progress progress)
            throws BenchException {
        var members = new ArrayList<Member>();
        try (var workers = Executors.newFixedThreadPool(PARALLEL)) {
            var futures = new ArrayList<Future<Member>>();
            for (int i = 0; i < count; i++) {
                String name = "%s.t-%07d".formatted(fleet, first + i);
                futures.add(workers.submit(() -> enrol(name)));
            }
            try {
                for (Future<Member> future : futures) {
                    members.add(future.get());
                    progress.count("enrolled", members.size(), count);
                }
            } finally {
                workers.shutdownNow();
            }
            return members;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        } catch (ExecutionException e) {
            throw new BenchException("a tracker cannot be enrolled: " + e.getCause(), e);
        }
    }

    private Member enrol(String name) throws BenchException {
        String text = control.ask("fleet add", Map.of("tracker", name)).path("token").asString();
        try (EnrolmentToken token = EnrolmentToken.parse(text)) {
            KeyPair keys = Ca.newKeyPair();
            byte[] request =
                    new JcaPKCS10CertificationRequestBuilder(
                                    new X500Name("CN=" + name), keys.getPublic())
                            .build(
                                    new JcaContentSignerBuilder("SHA256withECDSA")
                                            .build(keys.getPrivate()))
                            .getEncoded();
            List<X509Certificate> issued = certificates(send(post(name, token, request)));
            List<X509Certificate> chain = new ArrayList<>(issued);
            chain.sort((a, b) -> a.getBasicConstraints() - b.getBasicConstraints());
            return new Member(name, keys.getPrivate(), chain);
        } catch (Refusal | IOException | OperatorCreationException e) {
            throw new BenchException(name + " cannot be enrolled: " + e.getMessage(), e);
        }
    }

    private HttpRequest post(String name, EnrolmentToken token, byte[] request) {
        byte[] credentials = (name + ":" + token.password()).getBytes(StandardCharsets.US_ASCII);
        return HttpRequest.newBuilder(base.resolve("est/simpleenroll"))
                .header("Content-Type", "application/pkcs10")
                .header("Content-Transfer-Encoding", "base64")
                .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials))
                .POST(
                        HttpRequest.BodyPublishers.ofString(
                                Base64.getMimeEncoder().encodeToString(request)))
                .build();
    }

    /** Sent again where the connection was closed under it: the same answer comes. */
    private byte[] send(HttpRequest request) throws BenchException {
        for (int i = 1; ; i++) {
            try {
                HttpResponse<byte[]> answer =
                        http.send(request, HttpResponse.BodyHandlers.ofByteArray());
                if (answer.statusCode() != 200) {
                    throw new BenchException(
                            request.uri()
                                    + " answers HTTP "
                                    + answer.statusCode()
                                    + " "
                                    + new String(answer.body(), StandardCharsets.UTF_8));
                }
                return answer.body();
            } catch (IOException e) {
                if (i == TRIES) {
                    throw new BenchException(request.uri() + " fails: " + e.getMessage(), e);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new BenchException("interrupted", e);
            }
        }
    }

    private static List<X509Certificate> certificates(byte[] base64) throws BenchException {
        try {
            var message = new CMSSignedData(Base64.getMimeDecoder().decode(base64));
            var factory = CertificateFactory.getInstance("X.509");
            List<X509Certificate> found = new ArrayList<>();
            for (X509CertificateHolder holder : message.getCertificates().getMatches(null)) {
                found.add(
                        (X509Certificate)
                                factory.generateCertificate(
                                        new ByteArrayInputStream(holder.getEncoded())));
            }
            return found;
        } catch (CMSException | GeneralSecurityException | IOException e) {
            throw new BenchException("no certificates in the answer: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
