package io.outrider.credential;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Fetches a key set over HTTPS: five seconds for all of it, no redirect, no more than {@link
 * KeySet#BYTES_MAX}. Each fetch is a connection and a handshake of its own, so that no old trust is
 * resumed; the authorities' file is read again each time.
 */
final class JwksFetch {
    private static final Duration TIME_MAX = Duration.ofSeconds(5);
    private static final int CAUSES_MAX = 10;
    private static final int CERTIFICATES_BYTES_MAX = 1024 * 1024;

    private final KeySource.OfUrl source;

    JwksFetch(KeySource.OfUrl source) {
        this.source = source;
    }

    String fetch() throws IOException {
        HttpClient client = client();
        try {
            HttpResponse<byte[]> response = send(client);
            if (response.statusCode() != 200) {
                throw failure("answered " + response.statusCode(), null);
            }
            return new String(response.body(), StandardCharsets.UTF_8);
        } finally {
            client.shutdownNow(); // close() would wait for a server that is slow on purpose
        }
    }

    private HttpResponse<byte[]> send(HttpClient client) throws IOException {
        HttpRequest request =
                HttpRequest.newBuilder(source.url())
                        .timeout(TIME_MAX)
                        .header("Accept", "application/jwk-set+json, application/json")
                        .build();
        var limited = BodyHandlers.limiting(BodyHandlers.ofByteArray(), KeySet.BYTES_MAX);
        try {
            // The request's own time-out ends with the headers; this one covers the body too.
            return client.sendAsync(request, limited)
                    .get(TIME_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw failure("took longer than " + TIME_MAX.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw failure("cannot be fetched: " + rootCause(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure("was interrupted", e);
        }
    }

    private HttpClient client() throws IOException {
        var parameters = new SSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(TIME_MAX)
                .sslContext(trust())
                .sslParameters(parameters)
                .build();
    }

    private SSLContext trust() throws IOException {
        try {
            var managers =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            // Null means the JDK's authorities.
            managers.init(source.authorities().isPresent() ? anchors() : null);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw failure(
                    "has no usable authorities in %s: %s"
                            .formatted(
                                    source.authorities().map(Path::toString).orElse("the JDK"),
                                    e.getMessage()),
                    e);
        }
    }

    private KeyStore anchors() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        Path file = source.authorities().orElseThrow();
        var factory = CertificateFactory.getInstance("X.509");
        for (Certificate each : factory.generateCertificates(pem(file))) {
            store.setCertificateEntry("ca" + store.size(), each);
        }
        if (store.size() == 0) { // an empty store would fail later, and say less
            throw failure("has no certificate in " + file, null);
        }
        return store;
    }

    private InputStream pem(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new ByteArrayInputStream(in.readNBytes(CERTIFICATES_BYTES_MAX));
        } catch (IOException e) {
            throw failure("has authorities that cannot be read: " + e, e);
        }
    }

    private static Throwable rootCause(Throwable e) {
        Throwable cause = e;
        for (int i = 0; i < CAUSES_MAX && cause.getCause() != null; i++) {
            cause = cause.getCause();
        }
        return cause;
    }

    private IOException failure(String what, @Nullable Throwable cause) {
        return new IOException("key set " + source.url() + " " + what, cause);
    }
}
