package io.outrider.broker;

import static io.outrider.fuzz.Target.require;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.ReferenceCountUtil;
import io.outrider.fuzz.Target;
import io.outrider.gate.Limits;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/** What the broker reads before the engine does. */
public final class BrokerTargets {
    public static final Map<String, Target> ALL =
            Map.of(
                    "entrance", BrokerTargets::entrance,
                    "first-packet", BrokerTargets::firstPacket,
                    "upgrade", BrokerTargets::upgrade,
                    "address-prefix", BrokerTargets::addressPrefix);

    private static final int CONNECT_BYTES_MAX = 512;
    private static final int BYTES_MAX = CONNECT_BYTES_MAX + 4_096;
    private static final int REQUEST_BYTES_MAX = 8_192;
    private static final String ORIGIN = "https://tools.example";

    private static final Limits.Connecting CONNECTING = connecting();

    private BrokerTargets() {}

    private static Limits.Connecting connecting() {
        var usual = Limits.Connecting.DEFAULT;
        return new Limits.Connecting(
                usual.connectionsMax(),
                usual.connectionsPerPrefixMax(),
                usual.connectionsPerClientMax(),
                usual.unprovenMax(),
                usual.unprovenPerPrefixMax(),
                usual.handshakesPerSecond(),
                usual.handshakesPerPrefixPerSecond(),
                usual.handshakeTimeMax(),
                usual.connectTimeMax(),
                CONNECT_BYTES_MAX,
                BYTES_MAX,
                usual.takeoverPause());
    }

    /** A channel whose peer has an address. */
    private static final class TestChannel extends EmbeddedChannel {
        @Override
        public SocketAddress remoteAddress() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000);
        }
    }

    private static Connection connection(EmbeddedChannel channel) {
        var stores =
                new TlsStores(
                        Path.of("none"),
                        "unused".toCharArray(),
                        Path.of("none"),
                        "unused".toCharArray());
        var listener =
                new ListenerConfig(
                        "websocket",
                        ListenerConfig.Kind.WEBSOCKET,
                        "127.0.0.1",
                        0,
                        stores,
                        Set.of(ORIGIN));
        return Connection.accepted(channel, listener).orElseThrow();
    }

    /** Nothing but a whole record of a handshake gets TLS to look at it, however it comes. */
    private static void entrance(byte[] data) {
        Passed whole = entered(data, Math.max(1, data.length));
        Passed cut = entered(data, 1);
        if (data.length > BYTES_MAX) {
            require(!whole.isOpen() && !cut.isOpen(), "too much ends it");
            require(whole.length() == 0 && cut.length() <= BYTES_MAX, "too much does not pass");
        } else {
            require(whole.equals(cut), "the cuts between bytes mean nothing");
        }
        if (cut.length() > 0) {
            require(data[0] == 22, "only a handshake passes");
            int record = 5 + ((data[3] & 0xff) << 8) + (data[4] & 0xff);
            require(cut.length() >= record, "a whole record passes");
        }
    }

    private static Passed entered(byte[] data, int step) {
        var arrivals = new Arrivals(CONNECTING, _ -> {}, () -> 0);
        var channel = new TestChannel();
        Connection connection = connection(channel);
        require(arrivals.arrive(connection), "there is room");
        channel.pipeline()
                .addLast(
                        new Entrance(
                                connection,
                                new ChannelInboundHandlerAdapter(),
                                arrivals,
                                CONNECTING,
                                _ -> {}))
                .fireChannelActive();
        return passed(channel, data, step);
    }

    /** The outcome is that of the bytes and not of their cuts; what passes is a small CONNECT. */
    private static void firstPacket(byte[] data) {
        Passed whole = first(data, Math.max(1, data.length));
        Passed cut = first(data, 1);
        require(whole.equals(cut), "the cuts between bytes mean nothing");
        if (whole.length() > 0) {
            require(data[0] == 0x10, "only a CONNECT passes");
            require(whole.isOpen(), "who is refused passes nothing");
            require(whole.length() == data.length, "all of it passes");
        }
    }

    private record Passed(int length, boolean isOpen) {}

    private static Passed first(byte[] data, int step) {
        var channel = new TestChannel();
        channel.pipeline()
                .addLast(new FirstPacket(connection(channel), CONNECT_BYTES_MAX, _ -> {}));
        return passed(channel, data, step);
    }

    private static Passed passed(EmbeddedChannel channel, byte[] data, int step) {
        var fed = new ArrayList<ByteBuf>();
        var out = new ByteArrayOutputStream();
        for (int at = 0; at < data.length && channel.isOpen(); at += step) {
            fed.add(Unpooled.copiedBuffer(data, at, Math.min(step, data.length - at)));
            channel.writeInbound(fed.getLast());
            channel.runScheduledPendingTasks();
            for (ByteBuf in = channel.readInbound(); in != null; in = channel.readInbound()) {
                byte[] bytes = new byte[in.readableBytes()];
                in.readBytes(bytes).release();
                out.writeBytes(bytes);
            }
        }
        var result = new Passed(out.size(), channel.isOpen());
        require(
                Arrays.equals(out.toByteArray(), Arrays.copyOf(data, out.size())),
                "what passes is what came");
        channel.finishAndReleaseAll();
        require(fed.stream().allMatch(one -> one.refCnt() == 0), "nothing is left behind");
        return result;
    }

    /** The first request that passes asks for MQTT over WebSocket, from no foreign page. */
    private static void upgrade(byte[] data) {
        var channel = new TestChannel();
        channel.pipeline()
                .addLast(new HttpServerCodec(1_024, REQUEST_BYTES_MAX, REQUEST_BYTES_MAX))
                .addLast(new HttpObjectAggregator(1_024))
                .addLast(new UpgradeCheck(connection(channel), _ -> {}));
        channel.writeInbound(Unpooled.copiedBuffer(data));
        Object first = channel.readInbound();
        if (first instanceof FullHttpRequest request) {
            require(request.decoderResult().isSuccess(), "a well-formed request");
            require(request.uri().equals("/mqtt"), "the path");
            require(request.method().equals(HttpMethod.GET), "the method");
            require(
                    request.headers().getAll("origin").stream().allMatch(ORIGIN::equals),
                    "no foreign origin");
        }
        ReferenceCountUtil.release(first);
        channel.finishAndReleaseAll();
    }

    /** Two addresses that share the prefix's bytes have one prefix, others have two. */
    private static void addressPrefix(byte[] data) throws UnknownHostException {
        int bytes = data.length >= 32 ? 16 : 4;
        if (data.length < 2 * bytes) {
            return;
        }
        byte[] one = Arrays.copyOf(data, bytes);
        byte[] other = Arrays.copyOfRange(data, bytes, 2 * bytes);
        InetAddress first = InetAddress.getByAddress(one);
        InetAddress second = InetAddress.getByAddress(other);
        int a = first.getAddress().length == 4 ? 3 : 7; // a mapped address is one of IPv4
        int b = second.getAddress().length == 4 ? 3 : 7;
        boolean shares =
                a == b && Arrays.equals(first.getAddress(), 0, a, second.getAddress(), 0, b);
        require(
                AddressPrefix.of(first).equals(AddressPrefix.of(second)) == shares,
                "one prefix for one network");
    }
}
