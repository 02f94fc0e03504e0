package io.outrider.broker;

import static io.netty.handler.codec.ByteToMessageDecoder.MERGE_CUMULATOR;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Limit;
import io.outrider.gate.Limits;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * First in line of a new connection: what it may cost before it has said who it is. There is no TLS
 * and nothing behind it before the first record is whole and a handshake is due; the time and the
 * bytes until the CONNECT, and until it is proven, are limited however slowly or steadily they
 * come. Goes away when the client is admitted.
 */
final class Entrance extends ChannelInboundHandlerAdapter {
    static final String NAME = "outrider_entrance";

    private static final int RECORD_HEADER_BYTES = 5;
    private static final int RECORD_LENGTH_AT = 3;

    /** ContentType handshake (RFC 8446, section 5.1). */
    private static final byte HANDSHAKE = 22;

    private final Connection connection;
    private final ChannelHandler behind;
    private final Arrivals arrivals;
    private final Limits.Connecting limits;
    private final Consumer<GateEvent> watch;

    private @Nullable ByteBuf held = Unpooled.EMPTY_BUFFER; // null once TLS has begun
    private @Nullable ScheduledFuture<?> deadline;
    private boolean isWaiting; // for its handshake's turn
    private boolean isProving;
    private long bytes;

    /**
     * @param behind brings the rest, TLS first, once a handshake is due
     */
    Entrance(
            Connection connection,
            ChannelHandler behind,
            Arrivals arrivals,
            Limits.Connecting limits,
            Consumer<GateEvent> watch) {
        this.connection = connection;
        this.behind = behind;
        this.arrivals = arrivals;
        this.limits = limits;
        this.watch = watch;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) throws Exception {
        expect(context, limits.handshakeTimeMax(), Limit.HANDSHAKE_TIME, "no TLS handshake");
        super.channelActive(context);
    }

    /** TLS has succeeded: the time for the CONNECT begins. */
    void handshakeDone() {
        ChannelHandlerContext context = connection.channel().pipeline().context(this);
        if (context != null) {
            expect(context, limits.connectTimeMax(), Limit.CONNECT_TIME, "no CONNECT");
        }
    }

    /** The CONNECT is here, whole: the time for what it may take to prove it begins. */
    void connectDone() {
        ChannelHandlerContext context = connection.channel().pipeline().context(this);
        if (context != null && !isProving) { // a second CONNECT buys no time
            isProving = true;
            expect(context, limits.connectTimeMax(), Limit.CONNECT_TIME, "no proof");
        }
    }

    private void expectNothing() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    private void expect(
            ChannelHandlerContext context, Duration within, Limit limit, String missing) {
        expectNothing();
        deadline =
                context.executor()
                        .schedule(
                                () -> end(context, limit, missing + " in time"),
                                within.toMillis(),
                                TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (!(message instanceof ByteBuf received)) {
            super.channelRead(context, message);
            return;
        }
        bytes += received.readableBytes();
        if (bytes > limits.bytesMax()) {
            received.release();
            end(context, Limit.BYTES_BEFORE_CONNECT, "too much before the CONNECT");
            return;
        }
        if (held == null) {
            super.channelRead(context, received);
            return;
        }
        // One buffer: wrapped one in another, as many as there are bytes, they would fill the
        // stack.
        held = MERGE_CUMULATOR.cumulate(context.alloc(), held, received);
        beginWhenWhole(context, held);
    }

    private void beginWhenWhole(ChannelHandlerContext context, ByteBuf start) {
        if (start.isReadable() && start.getByte(start.readerIndex()) != HANDSHAKE) {
            fail(context, "what came is not TLS");
            return;
        }
        if (start.readableBytes() < RECORD_HEADER_BYTES
                || start.readableBytes()
                        < RECORD_HEADER_BYTES
                                + start.getUnsignedShort(start.readerIndex() + RECORD_LENGTH_AT)) {
            return;
        }
        context.channel().config().setAutoRead(false);
        Optional<Duration> delay = arrivals.handshakeDelay(connection);
        if (delay.isEmpty()) {
            var _ = context.close();
            return;
        }
        isWaiting = true;
        var _ =
                context.executor()
                        .schedule(
                                () -> begin(context), delay.get().toNanos(), TimeUnit.NANOSECONDS);
    }

    private void begin(ChannelHandlerContext context) {
        ByteBuf start = held;
        if (start == null || context.isRemoved()) {
            return;
        }
        held = null;
        isWaiting = false;
        connection.reach(Connection.Stage.IN_HANDSHAKE);
        context.pipeline().addLast(behind);
        context.fireChannelActive(); // what it has missed
        context.channel().config().setAutoRead(true);
        context.fireChannelRead(start);
        context.fireChannelReadComplete();
    }

    private void end(ChannelHandlerContext context, Limit limit, String why) {
        watch.accept(new GateEvent.Limited(connection.peer(), connection.identity(), limit, why));
        var _ = context.close();
    }

    private void fail(ChannelHandlerContext context, String why) {
        watch.accept(new GateEvent.HandshakeFailed(connection.peer(), why));
        var _ = context.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        expectNothing();
        if (isWaiting) {
            isWaiting = false;
            arrivals.giveTurnBack(connection);
        }
        if (held != null) {
            held.release();
            held = null;
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        expectNothing();
        super.channelInactive(context);
    }
}
