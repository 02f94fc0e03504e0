package io.outrider.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import io.outrider.broker.TestMechanism;
import io.outrider.credential.TestTokens;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Passwords, SCRAM and tokens at a real server that writes down every kind of event. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class CredentialSecretsTest {
    private static final String ISSUER = "https://login.example";
    private static final String USABLE = "outrider_token_issuer_usable{issuer=\"" + ISSUER + "\"}";
    private static final String WRONG = "wrng-wrng-wrng-wrng-wrng-wrng-wrng";
    private static final Duration WAIT = Duration.ofSeconds(30);

    @TempDir static Path folder;
    private static ServerProcess server;
    private static int port;
    private static Path keys;

    @BeforeAll
    static void serve() throws Exception {
        port = FreePorts.find(1).getFirst();
        keys = folder.resolve("keys.json");
        Files.writeString(keys, "not yet");
        server =
                ServerProcess.start(
                        folder,
                        """
                        mqtt-credentials: {address: 127.0.0.1, port: %d}
                        tokens:
                          issuers:
                            - {issuer: '%s', audience: o, algorithms: [ES256], jwks-file: '%s',
                               refresh-every: 1s, keys-age-max: 8s}
                        log:
                          format: json
                          lines-per-second-max: 1000
                          events: [handshake-failed, refused, connected, disconnected, subscribed,
                            published, denied, limited, withheld]
                        """
                                .formatted(port, ISSUER, keys));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void no_output_holds_a_password_a_token_or_a_message_of_scram() throws Exception {
        String password =
                json("client", "add", "board", "--json", "--out", folder + "/files")
                        .path("password")
                        .asString("");
        assertThat(password).isEmpty(); // by default a certificate, and no password exists
        server.run("client", "remove", "board");
        password =
                json(
                                "client",
                                "add",
                                "board",
                                "--may-publish",
                                "site/#",
                                "--may-subscribe",
                                "site/#",
                                "--method",
                                "password,token",
                                "--json",
                                "--out",
                                folder + "/files")
                        .path("password")
                        .asString();
        String token = server.run("token", "issue", "board", "--for", "1h").strip();

        speak(plain("board", password));
        speak(plain("board.token", token));
        var scram = TestMechanism.scram("board", password);
        Mqtt5BlockingClient renewing = client("board.scram").enhancedAuth(scram).buildBlocking();
        renewing.connect();
        renewing.toAsync().reauth().orTimeout(20, TimeUnit.SECONDS).join();
        renewing.disconnect();
        var wrongScram = TestMechanism.scram("board", WRONG);
        refuse(client("board.scram").enhancedAuth(wrongScram).buildBlocking());
        speak(
                client("board.bearer")
                        .enhancedAuth(TestMechanism.bearer(() -> token))
                        .buildBlocking());
        refuse(plain("board", WRONG));
        String forged = token.substring(0, token.length() - 8) + "AAAAAAAA";
        refuse(plain("board", forged));
        sayInTheClear(password);
        breakTheHandshake(password);
        await().atMost(WAIT)
                .until(() -> server.run("events", "--json").contains("what came is not TLS"));
        // Lines of the log come from another thread, in the order of the events.
        await().atMost(WAIT).until(() -> server.log().contains("what came is not TLS"));

        String everything =
                server.log()
                        + server.run("events")
                        + server.run("events", "--json")
                        + server.run("status", "--json")
                        + server.metrics();
        assertThat(server.log())
                .contains("\"event\":\"published\"", "\"event\":\"handshake-failed\"")
                .contains("\"event\":\"refused\"", "\"event\":\"subscribed\"");
        assertThat(everything)
                .doesNotContain(password, WRONG, token, forged)
                .doesNotContain(token.split("\\.", -1))
                .doesNotContain(hex(password), hex(password).toUpperCase(Locale.ROOT));
        for (String said : scram.said()) {
            assertThat(everything).doesNotContain(said);
        }
        assertThat(wrongScram.said()).hasSizeGreaterThanOrEqualTo(3);
        for (String said : wrongScram.said()) {
            assertThat(everything).doesNotContain(said);
        }
        assertThat(server.keeps(password)).isFalse();
        assertThat(server.keeps(token)).isFalse();
    }

    @Test
    void without_keys_nobody_gets_in_by_token_and_log_and_metrics_say_so_until_they_are_there()
            throws Exception {
        server.run(
                "client",
                "add",
                "lake",
                "--may-publish",
                "site/#",
                "--method",
                "token",
                "--out",
                folder + "/files");
        KeyPair key = TestTokens.newEc();
        String good = "{\"keys\":[" + TestTokens.ecJwk("first", key) + "]}";
        String token = token(key);

        refuse(plain("lake", token));
        assertThat(server.metric(USABLE)).isZero();
        assertThat(server.log()).contains("Tokens of " + ISSUER + " let nobody in");

        mend(good, token);
        await().atMost(WAIT)
                .until(() -> server.log().contains("Tokens of " + ISSUER + " are taken: 1 keys"));

        for (Breaking breaking :
                List.<Breaking>of(
                        () -> Files.writeString(keys, good.substring(1)),
                        () -> Files.delete(keys),
                        () -> Files.createDirectory(keys))) {
            breaking.breakIt();
            await().atMost(WAIT).until(() -> server.alarms().contains("tokens of " + ISSUER));
            await().atMost(WAIT).until(() -> server.metric(USABLE) == 0);
            refuse(plain("lake", token));
            assertThat(server.alarms())
                    .contains("tokens of " + ISSUER + " let nobody in", "too old");
        }
        Files.delete(keys);
        mend(good, token);
        assertThat(server.alarms()).isEmpty();
    }

    private interface Breaking {
        void breakIt() throws IOException;
    }

    private static void mend(String good, String token) throws Exception {
        Files.writeString(keys, good);
        await().atMost(WAIT).until(() -> server.metric(USABLE) == 1);
        Mqtt5BlockingClient client = plain("lake", token);
        client.connect();
        client.disconnect();
    }

    @Test
    void a_tracker_that_seals_gets_in_by_password_but_nothing_unsealed_of_it_is_stored()
            throws Exception {
        server.run("fleet", "create", "acme");
        server.enrol("acme.truck-1", folder.resolve("state"));
        server.run("policy", "allow", "acme.truck-1", "--method", "certificate,password");
        String password =
                json("fleet", "password", "acme.truck-1", "--json").path("password").asString();
        Mqtt5BlockingClient tracker = plain("acme.truck-1", password);
        tracker.connect();

        assertThatThrownBy(() ->
                        tracker.publishWith()
                                .topic("o1/acme/truck-1/report")
                                .qos(MqttQos.AT_LEAST_ONCE)
                                .payload("{\"lat\":1,\"lon\":2}".getBytes(UTF_8))
                                .send())
                .isInstanceOfSatisfying(
                        Mqtt5PubAckException.class,
                        e ->
                                assertThat(e.getMqttMessage().getReasonString().orElseThrow())
                                        .asString()
                                        .startsWith("unsealed"));
        assertThat(server.status().path("positions").path("accepted").asInt(0)).isZero();
        tracker.disconnect();
    }

    private static void speak(Mqtt5BlockingClient client) {
        client.connect();
        client.subscribeWith().topicFilter("site/heard").send();
        client.publishWith().topic("site/a").qos(MqttQos.AT_LEAST_ONCE).send();
        client.disconnect();
    }

    private static void refuse(Mqtt5BlockingClient client) {
        assertThatThrownBy(client::connect).isInstanceOf(Mqtt5ConnAckException.class);
    }

    private static Mqtt5BlockingClient plain(String clientId, String secret) throws Exception {
        String name = clientId.startsWith("board") ? "board" : clientId;
        return client(clientId)
                .simpleAuth()
                .username(name)
                .password(secret.getBytes(US_ASCII))
                .applySimpleAuth()
                .buildBlocking();
    }

    private static Mqtt5ClientBuilder client(String clientId) throws Exception {
        return MqttClient.builder()
                .useMqttVersion5()
                .identifier(clientId)
                .serverHost("127.0.0.1")
                .serverPort(port)
                .sslConfig(MqttClientSslConfig.builder().trustManagerFactory(trust()).build());
    }

    /** A CONNECT without TLS. */
    private static void sayInTheClear(String password) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(("\u0010MQTT" + password).getBytes(UTF_8));
            assertThat(drained(socket)).isTrue();
        }
    }

    /** A handshake that begins well, and then the same. */
    private static void breakTheHandshake(String password) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust().getTrustManagers(), null);
        var engine = context.createSSLEngine("localhost", port);
        engine.setUseClientMode(true);
        var hello = ByteBuffer.allocate(32_768);
        engine.wrap(ByteBuffer.allocate(0), hello);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(Arrays.copyOf(hello.array(), hello.position()));
            socket.getOutputStream().write(("\u0010MQTT" + password).getBytes(UTF_8));
            assertThat(drained(socket)).isTrue();
        }
    }

    private static boolean drained(Socket socket) {
        try (InputStream in = socket.getInputStream()) {
            in.readAllBytes();
        } catch (SocketException e) {
            return true; // closed with bytes of ours unread
        } catch (IOException e) {
            return false;
        }
        return true;
    }

    private static String token(KeyPair key) {
        long now = Instant.now().getEpochSecond();
        return TestTokens.es256(
                key,
                "{\"alg\":\"ES256\",\"kid\":\"first\",\"typ\":\"JWT\"}",
                "{\"iss\":\"%s\",\"aud\":\"o\",\"sub\":\"lake\",\"iat\":%d,\"exp\":%d}"
                        .formatted(ISSUER, now, now + 600));
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(UTF_8));
    }

    private static JsonNode json(String... command) {
        return ControlServer.JSON.readTree(server.run(command));
    }

    private static TrustManagerFactory trust() throws Exception {
        return EnrolledSocket.trust(server.data().resolve("ca.pem"));
    }
}
