package io.outrider.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.CharsetUtil;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One MQTT 5 connection, from the handshake on. Where nothing else is said, a method belongs to the
 * thread of {@link #loop}.
 */
final class Link extends ByteToMessageDecoder {
    private static final int KEEP_ALIVE_SECONDS = 240;
    private static final int PING_EVERY_SECONDS = 100;
    private static final int PACKET_IDS = 0xFFFF;

    /** What a connection hears after its CONNACK; on its own thread. */
    interface Ear {
        Ear DEAF = new Ear() {};

        /** A PUBACK or SUBACK came. */
        default void answered(int reasonCode) {}

        /** A PUBLISH came, and was acknowledged. */
        default void delivered() {}

        /** The server's DISCONNECT came. */
        default void dismissed(int reasonCode) {}

        /** The connection is over, and not because {@link #leave} was called. */
        default void lost(String why) {}
    }

    private final String clientId;
    private final Optional<Login> login;
    private final CompletableFuture<Arrival> arrival = new CompletableFuture<>();
    private Ear ear = Ear.DEAF;
    private String failure = "closed before CONNACK";
    private @Nullable ChannelHandlerContext context;
    private boolean isSecure;
    private int lastPacketId;
    private volatile boolean isLeaving;

    Link(String clientId, Optional<Login> login) {
        this.clientId = clientId;
        this.login = login;
    }

    /** Completes once, with what became of the attempt. */
    CompletableFuture<Arrival> arrival() {
        return arrival;
    }

    EventLoop loop() {
        return (EventLoop) context().executor();
    }

    void hear(Ear newEar) {
        ear = newEar;
    }

    /** For any thread. */
    boolean isOpen() {
        return context().channel().isActive();
    }

    /** The protocol version and cipher suite of the connection. */
    String security() {
        var session = context().pipeline().get(SslHandler.class).engine().getSession();
        return session.getProtocol() + " " + session.getCipherSuite();
    }

    void publish(byte[] topic, byte[] payload) {
        send(Packets.publish(context().alloc(), topic, nextPacketId(), payload));
    }

    void subscribe(String filter) {
        send(Packets.subscribe(context().alloc(), nextPacketId(), filter));
    }

    /** DISCONNECT, then the end of the connection. For any thread. */
    void leave() {
        isLeaving = true;
        ChannelHandlerContext here = context();
        here.executor()
                .execute(() -> {
                    var _ = here.writeAndFlush(Packets.disconnect(here.alloc()));
                    var _ = here.close();
                });
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext here, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            isSecure = handshake.isSuccess();
            if (isSecure) {
                send(Packets.connect(here.alloc(), clientId, KEEP_ALIVE_SECONDS, login));
            }
        }
        here.fireUserEventTriggered(event);
    }

    @Override
    protected void decode(ChannelHandlerContext here, ByteBuf in, List<Object> out) {
        int start = in.readerIndex();
        int lengthBytes = Packets.varintBytes(in, start + 1);
        if (lengthBytes == 0) {
            return;
        }
        int remaining = Packets.varint(in, start + 1, lengthBytes);
        if (in.readableBytes() < 1 + lengthBytes + remaining) {
            return;
        }
        int type = (in.getByte(start) & 0xF0) >> 4;
        int body = start + 1 + lengthBytes;
        in.readerIndex(body + remaining);
        took(type, in, body, remaining);
    }

    private void took(int type, ByteBuf in, int body, int remaining) {
        switch (type) {
            case Packets.CONNACK -> arrived(in.getUnsignedByte(body + 1));
            // Two bytes only mean success (3.4.2.1).
            case Packets.PUBACK -> ear.answered(remaining == 2 ? 0 : in.getUnsignedByte(body + 2));
            case Packets.SUBACK -> ear.answered(in.getUnsignedByte(body + remaining - 1));
            case Packets.PUBLISH -> {
                int packetIdAt = body + 2 + in.getUnsignedShort(body);
                send(Packets.puback(context().alloc(), in.getUnsignedShort(packetIdAt)));
                ear.delivered();
            }
            case Packets.AUTH -> challenged(in.toString(body, remaining, CharsetUtil.UTF_8));
            case Packets.DISCONNECT -> {
                int reasonCode = remaining == 0 ? 0 : in.getUnsignedByte(body);
                failure = "DISCONNECT 0x%02X".formatted(reasonCode);
                ear.dismissed(reasonCode);
            }
            default -> {} // PINGRESP
        }
    }

    /**
     * @param auth a whole AUTH as text, of which only the server's message is read
     */
    private void challenged(String auth) {
        if (login.orElse(null) instanceof Login.Scram scram) {
            String message = auth.substring(auth.indexOf("r=")); // the method has no small letter
            send(Packets.auth(context().alloc(), scram.last(message)));
        }
    }

    private void arrived(int reasonCode) {
        if (reasonCode != 0) {
            arrival.complete(new Arrival.Refused(reasonCode));
            return;
        }
        var _ =
                loop().scheduleWithFixedDelay(
                                this::ping,
                                PING_EVERY_SECONDS,
                                PING_EVERY_SECONDS,
                                TimeUnit.SECONDS);
        arrival.complete(new Arrival.In(this));
    }

    private void ping() {
        if (context().channel().isActive()) {
            send(Packets.pingreq(context().alloc()));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext here, Throwable cause) {
        Throwable root = cause instanceof DecoderException ? cause.getCause() : cause;
        failure =
                root instanceof SSLException
                        ? (isSecure ? "TLS alert" : "TLS handshake failed")
                        : String.valueOf(cause.getMessage());
        var _ = here.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext here) throws Exception {
        super.channelInactive(here);
        if (!arrival.complete(new Arrival.Closed(failure)) && !isLeaving) {
            ear.lost(failure);
        }
    }

    private int nextPacketId() {
        lastPacketId = lastPacketId % PACKET_IDS + 1;
        return lastPacketId;
    }

    private void send(ByteBuf packet) {
        var _ = context().writeAndFlush(packet, context().voidPromise());
    }

    private ChannelHandlerContext context() {
        if (context == null) {
            throw new IllegalStateException("not connected yet");
        }
        return context;
    }
}
