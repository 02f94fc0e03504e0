package io.outrider.broker;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;

/** A listening socket: nothing else in the broker opens one. */
final class Door {
    /** How many connections the kernel holds that nobody has taken yet. */
    private static final int BACKLOG = 1024;

    private final Channel socket;

    private Door(Channel socket) {
        this.socket = socket;
    }

    /** Opens it; when this returns, it listens. */
    static Door open(ListenerConfig config, Engine engine, Reception reception)
            throws BrokerException {
        ChannelFuture bound =
                new ServerBootstrap()
                        .group(
                                engine.loops().getParentEventLoopGroup(),
                                engine.loops().getChildEventLoopGroup())
                        .channel(engine.loops().getServerSocketChannelClass())
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.SO_KEEPALIVE, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                        .handler(new AcceptPause(config.name()))
                        .childHandler(reception)
                        .bind(config.bindAddress(), config.port())
                        .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new BrokerException(
                    "listener "
                            + config.name()
                            + " cannot have "
                            + config.bindAddress()
                            + ":"
                            + config.port(),
                    bound.cause());
        }
        engine.own(config.name(), bound.channel());
        return new Door(bound.channel());
    }

    /** 1 … 65,535. */
    int port() {
        return ((InetSocketAddress) socket.localAddress()).getPort();
    }
}
