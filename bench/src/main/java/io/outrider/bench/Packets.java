package io.outrider.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.CharsetUtil;
import java.util.Optional;

/** The MQTT 5 packets that a load generator sends (OASIS MQTT 5.0, chapter 3). */
final class Packets {
    static final int CONNACK = 2;
    static final int PUBLISH = 3;
    static final int PUBACK = 4;
    static final int SUBACK = 9;
    static final int DISCONNECT = 14;
    static final int AUTH = 15;

    private static final int FLAG_CLEAN_START = 0x02;
    private static final int FLAG_PASSWORD = 0x40;
    private static final int FLAG_USER = 0x80;
    private static final int METHOD = 0x15;
    private static final int DATA = 0x16;
    private static final int CONTINUE = 0x18;
    private static final int VARINT_CONTINUES = 0x80;

    private Packets() {}

    /** 3.1: a clean start, no will, no session after the connection. */
    static ByteBuf connect(
            ByteBufAllocator memory, String clientId, int keepAliveSeconds, Optional<Login> login) {
        ByteBuf body = memory.buffer(64);
        boolean isPlain = login.filter(Login.Plain.class::isInstance).isPresent();
        text(body, "MQTT");
        body.writeByte(5);
        body.writeByte(FLAG_CLEAN_START | (isPlain ? FLAG_USER | FLAG_PASSWORD : 0));
        body.writeShort(keepAliveSeconds);
        if (login.orElse(null) instanceof Login.Scram scram) {
            method(body, scram.first());
        } else {
            body.writeByte(0); // no properties
        }
        text(body, clientId);
        if (login.orElse(null) instanceof Login.Plain plain) {
            text(body, plain.user());
            text(body, plain.password());
        }
        return packet(memory, 0x10, body);
    }

    /** 3.15: goes on with SCRAM. */
    static ByteBuf auth(ByteBufAllocator memory, String data) {
        ByteBuf body = memory.buffer(64).writeByte(CONTINUE);
        method(body, data);
        return packet(memory, 0xF0, body);
    }

    /** The properties that name the method and hold its data (3.1.2.11.9, 3.1.2.11.10). */
    private static void method(ByteBuf body, String data) {
        varint(body, 6 + ByteBufUtil.utf8Bytes(Login.Scram.METHOD) + ByteBufUtil.utf8Bytes(data));
        body.writeByte(METHOD);
        text(body, Login.Scram.METHOD);
        body.writeByte(DATA);
        text(body, data);
    }

    /** 3.3: QoS 1, not retained, no properties. */
    static ByteBuf publish(ByteBufAllocator memory, byte[] topic, int packetId, byte[] payload) {
        int remaining = 2 + topic.length + 2 + 1 + payload.length;
        ByteBuf packet = memory.buffer(5 + remaining);
        packet.writeByte(0x32);
        varint(packet, remaining);
        packet.writeShort(topic.length);
        packet.writeBytes(topic);
        packet.writeShort(packetId);
        packet.writeByte(0);
        return packet.writeBytes(payload);
    }

    /** 3.4, reason code 0x00. */
    static ByteBuf puback(ByteBufAllocator memory, int packetId) {
        return memory.buffer(4).writeByte(0x40).writeByte(2).writeShort(packetId);
    }

    /** 3.8: one filter, QoS 1. */
    static ByteBuf subscribe(ByteBufAllocator memory, int packetId, String filter) {
        ByteBuf body = memory.buffer(64).writeShort(packetId).writeByte(0);
        text(body, filter);
        return packet(memory, 0x82, body.writeByte(1));
    }

    /** 3.12. */
    static ByteBuf pingreq(ByteBufAllocator memory) {
        return memory.buffer(2).writeByte(0xC0).writeByte(0);
    }

    /** 3.14, reason code 0x00. */
    static ByteBuf disconnect(ByteBufAllocator memory) {
        return memory.buffer(2).writeByte(0xE0).writeByte(0);
    }

    /**
     * The bytes that a variable byte integer (1.5.5) takes from this index, 0 if it is not whole.
     */
    static int varintBytes(ByteBuf in, int index) {
        for (int i = 0; i < 4 && index + i < in.writerIndex(); i++) {
            if ((in.getByte(index + i) & VARINT_CONTINUES) == 0) {
                return i + 1;
            }
        }
        return 0;
    }

    /** The variable byte integer of so many bytes at this index. */
    static int varint(ByteBuf in, int index, int bytes) {
        int value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (in.getByte(index + i) & 0x7F) << (7 * i);
        }
        return value;
    }

    private static ByteBuf packet(ByteBufAllocator memory, int firstByte, ByteBuf body) {
        try {
            ByteBuf packet = memory.buffer(5 + body.readableBytes()).writeByte(firstByte);
            varint(packet, body.readableBytes());
            return packet.writeBytes(body);
        } finally {
            body.release();
        }
    }

    private static void varint(ByteBuf out, int value) {
        int rest = value;
        while (rest >= VARINT_CONTINUES) {
            out.writeByte((rest & 0x7F) | VARINT_CONTINUES);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    private static void text(ByteBuf out, String text) {
        out.writeShort(ByteBufUtil.utf8Bytes(text));
        out.writeCharSequence(text, CharsetUtil.UTF_8);
    }
}
