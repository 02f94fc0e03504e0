package io.outrider.broker;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Limits;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a new connection gets: {@link Entrance} alone, which sets up the {@link ConnectionPipeline}
 * when the first TLS record is whole and the handshake is due. Whoever opens sockets and says
 * nothing costs a socket and little more.
 */
final class Reception extends ChannelInitializer<Channel> {
    private final ListenerConfig config;
    private final ConnectionPipeline pipeline;
    private final Arrivals arrivals;
    private final Limits.Connecting limits;
    private final Consumer<GateEvent> watch;

    Reception(
            ListenerConfig config,
            ConnectionPipeline pipeline,
            Arrivals arrivals,
            Limits.Connecting limits,
            Consumer<GateEvent> watch) {
        this.config = config;
        this.pipeline = pipeline;
        this.arrivals = arrivals;
        this.limits = limits;
        this.watch = watch;
    }

    @Override
    protected void initChannel(Channel channel) {
        Optional<Connection> accepted = Connection.accepted(channel, config);
        if (accepted.isEmpty() || !arrivals.arrive(accepted.get())) {
            var _ = channel.close();
            return;
        }
        var _ = channel.closeFuture().addListener(_ -> arrivals.leave(accepted.get()));
        channel.pipeline()
                .addLast(
                        Entrance.NAME,
                        new Entrance(accepted.get(), pipeline, arrivals, limits, watch));
    }
}
