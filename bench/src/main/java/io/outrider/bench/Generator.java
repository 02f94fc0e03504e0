package io.outrider.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLException;

/**
 * Makes many connections from few threads. Each comes from a loopback address of its own, with a
 * TLS context of its own: nothing of one handshake can be taken up by the next.
 */
final class Generator implements AutoCloseable {
    private static final int CONNECT_MILLIS_MAX = 10_000;
    private static final int HANDSHAKE_SECONDS_MAX = 60;

    private final NioEventLoopGroup loops;
    private final LongAdder resumed = new LongAdder();

    Generator(int threads) {
        loops = new NioEventLoopGroup(threads);
    }

    /** Which TLS the generator itself uses. */
    static String provider() {
        return OpenSsl.isAvailable() ? "BoringSSL (tcnative)" : "JDK";
    }

    /** How many handshakes took up an earlier session; it has to be 0. */
    long resumed() {
        return resumed.sum();
    }

    /** Begins to connect; {@link Link#arrival} tells the rest. */
    Link connect(Door door, Caller caller) {
        var link = new Link(caller.clientId(), caller.login());
        var bootstrap =
                new Bootstrap()
                        .group(loops)
                        .channel(NioSocketChannel.class)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS_MAX)
                        .handler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel)
                                            throws SSLException {
                                        channel.pipeline()
                                                .addLast(
                                                        tls(door, caller.member(), channel.alloc()),
                                                        link);
                                    }
                                });
        bootstrap
                .connect(door.address(), source(caller.clientId()))
                .addListener(done -> {
                    Throwable cause = done.cause();
                    if (cause != null) {
                        link.arrival().complete(new Arrival.Closed("not reached"));
                    }
                });
        return link;
    }

    private SslHandler tls(Door door, Optional<Member> member, ByteBufAllocator memory)
            throws SSLException {
        var builder =
                SslContextBuilder.forClient()
                        .sslProvider(
                                OpenSsl.isAvailable()
                                        ? SslProvider.OPENSSL_REFCNT
                                        : SslProvider.JDK)
                        .trustManager(door.trust())
                        .protocols(door.protocol());
        if (member.isPresent()) {
            builder.keyManager(member.get().key(), member.get().chain());
        }
        SslContext context = builder.build();
        try {
            SslHandler handler = context.newHandler(memory);
            handler.setHandshakeTimeout(HANDSHAKE_SECONDS_MAX, TimeUnit.SECONDS);
            handler.handshakeFuture()
                    .addListener(done -> {
                        if (done.isSuccess() && Resumption.happened(handler.engine())) {
                            resumed.increment();
                        }
                    });
            return handler;
        } finally {
            ReferenceCountUtil.release(context); // the engine holds it as long as it lives
        }
    }

    /**
     * 127.x.y.z, always the same for one name, and few of many thousand names in one /24: as from
     * vehicles, so that a limit on one address or prefix is not what is measured.
     */
    private static InetSocketAddress source(String clientId) {
        int i = clientId.hashCode() & 0xFFFFFF;
        byte[] bytes = {
            127, (byte) (1 + i / 250 % 250), (byte) (1 + i % 250), (byte) (1 + i / 62_500 % 250)
        };
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), 0);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
