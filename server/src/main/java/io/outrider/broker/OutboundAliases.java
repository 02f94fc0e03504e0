package io.outrider.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Puts topic aliases into what we publish to a client that takes them (MQTT 5, section 3.3.2.3.4):
 * the first message of a topic carries topic and alias, each further one the alias alone. Works on
 * the bytes that leave the engine's encoder, so no alias is ever told in a message that was dropped
 * on its way. The topics that come first keep their aliases. Lives as long as the connection, as
 * aliases do.
 */
final class OutboundAliases extends ChannelOutboundHandlerAdapter {
    static final String NAME = "outrider_outbound_aliases";

    private static final int PUBLISH = 3;
    private static final int TOPIC_ALIAS = 0x23;
    private static final int ALIAS_BYTES = 3;

    private final int aliasesMax;
    private final long packetBytesMax;

    /** At most aliasesMax of them. */
    private final Map<String, Integer> aliases = new HashMap<>();

    /**
     * For one connection.
     *
     * @param aliasesMax 1 … 65,535
     * @param packetBytesMax the largest packet that the client takes
     */
    OutboundAliases(int aliasesMax, long packetBytesMax) {
        this.aliasesMax = aliasesMax;
        this.packetBytesMax = packetBytesMax;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
            throws Exception {
        boolean isPublish =
                message instanceof ByteBuf bytes
                        && bytes.isReadable()
                        && bytes.getUnsignedByte(bytes.readerIndex()) >> 4 == PUBLISH;
        super.write(context, isPublish ? withAlias(context, (ByteBuf) message) : message, promise);
    }

    /** The packet with an alias in it, or the packet as it was. */
    private ByteBuf withAlias(ChannelHandlerContext context, ByteBuf packet) {
        ByteBuf rest = packet.duplicate();
        int first = rest.readUnsignedByte();
        int remaining = readVariable(rest);
        int topicBytes = rest.readUnsignedShort();
        String topic = rest.readCharSequence(topicBytes, StandardCharsets.UTF_8).toString();
        Integer known = aliases.get(topic);
        boolean isKnown = known != null;
        int alias = known != null ? known : aliases.size() + 1;
        if (alias > aliasesMax) {
            return packet;
        }
        boolean hasIdentifier = (first & 0x06) != 0;
        int identifier = hasIdentifier ? rest.readUnsignedShort() : 0;
        int properties = readVariable(rest);
        int lengthened =
                remaining
                        - (isKnown ? topicBytes : 0)
                        + ALIAS_BYTES
                        + bytesOf(properties + ALIAS_BYTES)
                        - bytesOf(properties);
        if (1L + bytesOf(lengthened) + lengthened > packetBytesMax) {
            return packet;
        }
        ByteBuf start = context.alloc().buffer();
        start.writeByte(first);
        writeVariable(start, lengthened);
        start.writeShort(isKnown ? 0 : topicBytes);
        if (!isKnown) {
            aliases.put(topic, alias);
            start.writeCharSequence(topic, StandardCharsets.UTF_8);
        }
        if (hasIdentifier) {
            start.writeShort(identifier);
        }
        writeVariable(start, properties + ALIAS_BYTES);
        start.writeByte(TOPIC_ALIAS).writeShort(alias);
        return Unpooled.wrappedBuffer(start, packet.readerIndex(rest.readerIndex()));
    }

    /** A variable byte integer (MQTT 5, section 1.5.5), which our own encoder has written. */
    private static int readVariable(ByteBuf in) {
        int value = 0;
        int shift = 0;
        int digit;
        do {
            digit = in.readUnsignedByte();
            value |= (digit & 0x7f) << shift;
            shift += 7;
        } while ((digit & 0x80) != 0);
        return value;
    }

    private static void writeVariable(ByteBuf out, int value) {
        int left = value;
        while (left > 0x7f) {
            out.writeByte((left & 0x7f) | 0x80);
            left >>>= 7;
        }
        out.writeByte(left);
    }

    private static int bytesOf(int value) {
        return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
    }
}
