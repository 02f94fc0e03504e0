package io.outrider.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Limit;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Before the engine's decoder: the first packet must be a CONNECT and must not be large. Decides on
 * the fixed header alone (MQTT 5, section 2.1), so a length that a stranger announces reserves
 * nothing.
 */
final class FirstPacket extends ByteToMessageDecoder {
    static final String NAME = "outrider_first_packet";

    private static final int CONNECT = 0x10;
    private static final int LENGTH_BYTES_MAX = 4;

    /** Protocol name and level: the bytes after the fixed header that tell which CONNACK fits. */
    private static final int LEVEL_AT = 6;

    /** CONNACK 0x95, packet too large, of MQTT 5. */
    private static final byte[] TOO_LARGE = {0x20, 0x03, 0x00, (byte) 0x95, 0x00};

    private final Connection connection;
    private final int connectBytesMax;
    private final Consumer<GateEvent> watch;

    FirstPacket(Connection connection, int connectBytesMax, Consumer<GateEvent> watch) {
        this.connection = connection;
        this.connectBytesMax = connectBytesMax;
        this.watch = watch;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (in.getUnsignedByte(in.readerIndex()) != CONNECT) {
            refuse(context, in, "the first packet is no CONNECT");
            return;
        }
        switch (header(in)) {
            case Header.Incomplete() -> {}
            case Header.Malformed() -> refuse(context, in, "a malformed remaining length");
            case Header.Whole(int length, int bytes) -> {
                if (bytes + length <= connectBytesMax) {
                    context.pipeline().remove(this); // hands on what has come so far
                } else if (in.readableBytes() > bytes + LEVEL_AT) {
                    tooLarge(context, in, in.getByte(in.readerIndex() + bytes + LEVEL_AT));
                }
            }
        }
    }

    private sealed interface Header {
        record Incomplete() implements Header {}

        record Malformed() implements Header {}

        record Whole(int remainingLength, int bytes) implements Header {}
    }

    private static Header header(ByteBuf in) {
        int length = 0;
        for (int i = 0; i < LENGTH_BYTES_MAX; i++) {
            if (in.readableBytes() < 2 + i) {
                return new Header.Incomplete();
            }
            int next = in.getUnsignedByte(in.readerIndex() + 1 + i);
            length |= (next & 0x7f) << (7 * i);
            if ((next & 0x80) == 0) {
                return new Header.Whole(length, 2 + i);
            }
        }
        return new Header.Malformed();
    }

    private void tooLarge(ChannelHandlerContext context, ByteBuf in, byte protocolLevel) {
        in.skipBytes(in.readableBytes());
        watch.accept(
                new GateEvent.Limited(
                        connection.peer(),
                        Optional.empty(),
                        Limit.PACKET_SIZE,
                        "the CONNECT is too large"));
        if (protocolLevel == 5) {
            var _ =
                    context.writeAndFlush(Unpooled.wrappedBuffer(TOO_LARGE))
                            .addListener(ChannelFutureListener.CLOSE);
        } else {
            var _ = context.close();
        }
    }

    private void refuse(ChannelHandlerContext context, ByteBuf in, String why) {
        in.skipBytes(in.readableBytes());
        watch.accept(new GateEvent.HandshakeFailed(connection.peer(), why));
        var _ = context.close();
    }
}
