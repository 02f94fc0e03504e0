package io.outrider.credential;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.outrider.gate.TestAuthority;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * An OAuth 2.0 authorisation server on loopback: the client credentials grant (RFC 6749 section
 * 4.4) and a JWK set, over TLS. Does what it is told, right or wrong.
 */
public final class TestAuthorizationServer implements AutoCloseable {
    public static final String CLIENT = "acme.truck-7";
    public static final String CLIENT_SECRET = "a secret between the client and this server";

    final AtomicInteger keyRequests = new AtomicInteger();
    private final HttpsServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final InstantSource clock;
    private volatile KeyPair key = TestTokens.newEc();
    private volatile String keyId = "first";
    private volatile Keys keys = this::answerKeys;

    /** How it answers whoever wants its keys. */
    public interface Keys {
        void answer(HttpExchange exchange) throws IOException;
    }

    public TestAuthorizationServer(TestAuthority.Credential identity, InstantSource clock)
            throws Exception {
        this.clock = clock;
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls(identity)));
        server.setExecutor(threads);
        server.createContext("/token", this::token);
        server.createContext(
                "/jwks",
                exchange -> {
                    keyRequests.incrementAndGet();
                    keys.answer(exchange);
                });
        server.start();
    }

    public String issuer() {
        return "https://localhost:" + server.getAddress().getPort();
    }

    public URI uri(String path) {
        return URI.create(issuer() + path);
    }

    /** From now on it signs with another key, and shows only that. */
    void rotate(String newKeyId) {
        key = TestTokens.newEc();
        keyId = newKeyId;
    }

    public void answerKeysWith(Keys other) {
        keys = other;
    }

    public void answerKeysAgain() {
        keys = this::answerKeys;
    }

    private void answerKeys(HttpExchange exchange) throws IOException {
        answer(exchange, 200, "{\"keys\":[" + TestTokens.ecJwk(keyId, key) + "]}");
    }

    private void token(HttpExchange exchange) throws IOException {
        Map<String, String> form =
                form(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
        String basic =
                Base64.getEncoder().encodeToString((CLIENT + ":" + CLIENT_SECRET).getBytes(UTF_8));
        if (!("Basic " + basic).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            answer(exchange, 401, "{\"error\":\"invalid_client\"}");
            return;
        }
        if (!"client_credentials".equals(form.get("grant_type"))) {
            answer(exchange, 400, "{\"error\":\"unsupported_grant_type\"}");
            return;
        }
        String scope = form.getOrDefault("scope", "");
        answer(
                exchange,
                200,
                "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":300}"
                        .formatted(signed(CLIENT, scope)));
    }

    public String signed(String subject, String scope) {
        long now = clock.instant().getEpochSecond();
        return TestTokens.es256(
                key,
                "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}".formatted(keyId),
                ("{\"iss\":\"%s\",\"aud\":[\"%s\"],\"sub\":\"%s\",\"iat\":%d,\"exp\":%d,"
                                + "\"client_id\":\"%s\",\"jti\":\"1\",\"scope\":\"%s\"}")
                        .formatted(
                                issuer(),
                                TestTokens.AUDIENCE,
                                subject,
                                now,
                                now + 300,
                                subject,
                                scope));
    }

    /**
     * A token by the client credentials grant, as an OAuth 2.0 client gets it.
     *
     * @param believed whose certificate this server has
     * @param parameters more of the form, such as {@code scope=...}
     */
    public String grant(TestAuthority believed, String parameters) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("root", believed.root());
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        String basic =
                Base64.getEncoder().encodeToString((CLIENT + ":" + CLIENT_SECRET).getBytes(UTF_8));
        var request =
                HttpRequest.newBuilder(uri("/token"))
                        .header("Authorization", "Basic " + basic)
                        .POST(
                                BodyPublishers.ofString(
                                        "grant_type=client_credentials&" + parameters))
                        .build();
        try (HttpClient client = HttpClient.newBuilder().sslContext(tls).build()) {
            var response = client.send(request, BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new AssertionError("no token: " + response.statusCode());
            }
            return response.body().replaceAll(".*\"access_token\":\"([^\"]*)\".*", "$1");
        }
    }

    public static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    private static Map<String, String> form(String body) {
        return Arrays.stream(body.split("&", -1))
                .map(pair -> pair.split("=", 2))
                .filter(pair -> pair.length == 2)
                .collect(Collectors.toMap(p -> p[0], p -> URLDecoder.decode(p[1], UTF_8)));
    }

    private static SSLContext tls(TestAuthority.Credential identity) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "key",
                identity.key().getPrivate(),
                new char[0],
                new Certificate[] {identity.certificate()});
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
