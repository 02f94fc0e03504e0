package io.outrider.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.datatypes.MqttUtf8String;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientConfig;
import com.hivemq.client.mqtt.mqtt5.auth.Mqtt5EnhancedAuthMechanism;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5Auth;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5AuthBuilder;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5EnhancedAuthBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5Disconnect;
import io.outrider.credential.Password;
import io.outrider.credential.ScramClient;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** Enhanced authentication as the HiveMQ client asks for it, first and again. */
public final class TestMechanism implements Mqtt5EnhancedAuthMechanism {
    private final String method;
    private final Supplier<Exchange> exchanges;
    private final List<String> said = new CopyOnWriteArrayList<>();
    private Exchange exchange;

    /** What the client says in one exchange. */
    interface Exchange {
        String first();

        String next(String challenge);

        /** Whether what came with the success proves the server, too. */
        boolean isProof(Optional<String> last);
    }

    private TestMechanism(String method, Supplier<Exchange> exchanges) {
        this.method = method;
        this.exchanges = exchanges;
        this.exchange = exchanges.get();
    }

    static TestMechanism scram(String name, Password password) {
        return scram(name, TestCredentials.text(password));
    }

    public static TestMechanism scram(String name, String password) {
        return new TestMechanism("SCRAM-SHA-256", () -> new ByScram(name, password));
    }

    /** With the token that there is when it is asked for. */
    public static TestMechanism bearer(Supplier<String> token) {
        return new TestMechanism("OAUTHBEARER", () -> new ByToken(token.get()));
    }

    private record ByScram(ScramClient client) implements Exchange {
        ByScram(String name, String password) {
            this(new ScramClient(name, password, "n,,"));
        }

        @Override
        public String first() {
            return client.first();
        }

        @Override
        public String next(String challenge) {
            return client.last(challenge);
        }

        @Override
        public boolean isProof(Optional<String> last) {
            return last.equals(Optional.of(client.expectedServerFinal()));
        }
    }

    private record ByToken(String token) implements Exchange {
        @Override
        public String first() {
            return "n,,\u0001auth=Bearer " + token + "\u0001\u0001";
        }

        @Override
        public String next(String challenge) {
            throw new AssertionError("a token is said once");
        }

        @Override
        public boolean isProof(Optional<String> last) {
            return last.isEmpty();
        }
    }

    /** All that was said, in all exchanges, by both sides. */
    public List<String> said() {
        return said;
    }

    private byte[] say(String message) {
        said.add(message);
        return message.getBytes(UTF_8);
    }

    @Override
    public MqttUtf8String getMethod() {
        return MqttUtf8String.of(method);
    }

    @Override
    public int getTimeout() {
        return 20;
    }

    @Override
    public CompletableFuture<Void> onAuth(
            Mqtt5ClientConfig config, Mqtt5Connect connect, Mqtt5EnhancedAuthBuilder builder) {
        exchange = exchanges.get();
        builder.data(say(exchange.first()));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> onReAuth(Mqtt5ClientConfig config, Mqtt5AuthBuilder builder) {
        exchange = exchanges.get();
        builder.data(say(exchange.first()));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Boolean> onContinue(
            Mqtt5ClientConfig config, Mqtt5Auth auth, Mqtt5AuthBuilder builder) {
        String challenge = text(auth.getData()).orElseThrow();
        said.add(challenge);
        builder.data(say(exchange.next(challenge)));
        return CompletableFuture.completedFuture(true);
    }

    @Override
    public CompletableFuture<Boolean> onAuthSuccess(Mqtt5ClientConfig config, Mqtt5ConnAck ack) {
        return CompletableFuture.completedFuture(
                exchange.isProof(ack.getEnhancedAuth().flatMap(it -> text(it.getData()))));
    }

    @Override
    public CompletableFuture<Boolean> onReAuthSuccess(Mqtt5ClientConfig config, Mqtt5Auth auth) {
        return CompletableFuture.completedFuture(exchange.isProof(text(auth.getData())));
    }

    @Override
    public void onAuthRejected(Mqtt5ClientConfig config, Mqtt5ConnAck ack) {
        // The caller sees it.
    }

    @Override
    public void onReAuthRejected(Mqtt5ClientConfig config, Mqtt5Disconnect disconnect) {
        // The caller sees it.
    }

    @Override
    public void onAuthError(Mqtt5ClientConfig config, Throwable cause) {
        // The connection ends, which the caller sees.
    }

    @Override
    public void onReAuthError(Mqtt5ClientConfig config, Throwable cause) {
        // The connection ends, which the caller sees.
    }

    private static Optional<String> text(Optional<ByteBuffer> data) {
        return data.map(bytes -> UTF_8.decode(bytes.duplicate()).toString());
    }
}
