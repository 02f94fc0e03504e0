package io.outrider.broker;

import static com.hivemq.bootstrap.netty.ChannelHandlerNames.HTTP_OBJECT_AGGREGATOR;
import static com.hivemq.bootstrap.netty.ChannelHandlerNames.HTTP_SERVER_CODEC;
import static com.hivemq.bootstrap.netty.ChannelHandlerNames.MQTT_WEBSOCKET_ENCODER;
import static com.hivemq.bootstrap.netty.ChannelHandlerNames.WEBSOCKET_BINARY_FRAME_HANDLER;
import static com.hivemq.bootstrap.netty.ChannelHandlerNames.WEBSOCKET_CONTINUATION_FRAME_HANDLER;
import static com.hivemq.bootstrap.netty.ChannelHandlerNames.WEBSOCKET_SERVER_PROTOCOL_HANDLER;
import static com.hivemq.bootstrap.netty.ChannelHandlerNames.WEBSOCKET_TEXT_FRAME_HANDLER;

import com.hivemq.websocket.MQTTWebsocketEncoder;
import com.hivemq.websocket.WebSocketBinaryFrameHandler;
import com.hivemq.websocket.WebSocketContinuationFrameHandler;
import com.hivemq.websocket.WebSocketTextFrameHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Limits;
import java.util.function.Consumer;

/**
 * MQTT over WebSocket (MQTT 5, section 6; RFC 6455), between TLS and MQTT: one upgrade, then binary
 * frames that are taken apart into a stream of bytes. What may be sent before the CONNECT, and how
 * long that may take, is limited by {@link Entrance} all the same.
 */
final class WebSockets {
    static final String PATH = "/mqtt";
    static final String SUBPROTOCOL = "mqtt";

    private static final int REQUEST_LINE_BYTES_MAX = 1_024;
    private static final int HEADER_BYTES_MAX = 8_192;
    private static final int CHUNK_BYTES_MAX = 8_192;

    /** Of a request that has no business to have any. */
    private static final int BODY_BYTES_MAX = 1_024;

    private WebSockets() {}

    /** Adds what is needed behind the handler of this name. */
    static void add(
            ChannelPipeline pipeline,
            String after,
            Connection connection,
            Limits limits,
            Consumer<GateEvent> watch) {
        var config =
                WebSocketServerProtocolConfig.newBuilder()
                        .websocketPath(PATH)
                        .subprotocols(SUBPROTOCOL)
                        .allowExtensions(false)
                        // A frame is held until it is whole. It may carry some packets at once.
                        .maxFramePayloadLength(2 * limits.packets().packetBytesMax())
                        .handshakeTimeoutMillis(limits.connecting().connectTimeMax().toMillis())
                        .build();
        pipeline.addAfter(
                        after,
                        HTTP_SERVER_CODEC,
                        new HttpServerCodec(
                                REQUEST_LINE_BYTES_MAX, HEADER_BYTES_MAX, CHUNK_BYTES_MAX))
                .addAfter(
                        HTTP_SERVER_CODEC,
                        HTTP_OBJECT_AGGREGATOR,
                        new HttpObjectAggregator(BODY_BYTES_MAX))
                .addAfter(
                        HTTP_OBJECT_AGGREGATOR,
                        UpgradeCheck.NAME,
                        new UpgradeCheck(connection, watch))
                .addAfter(
                        UpgradeCheck.NAME,
                        WEBSOCKET_SERVER_PROTOCOL_HANDLER,
                        new WebSocketServerProtocolHandler(config))
                .addAfter(
                        WEBSOCKET_SERVER_PROTOCOL_HANDLER,
                        WEBSOCKET_BINARY_FRAME_HANDLER,
                        new WebSocketBinaryFrameHandler())
                .addAfter(
                        WEBSOCKET_BINARY_FRAME_HANDLER,
                        WEBSOCKET_CONTINUATION_FRAME_HANDLER,
                        new WebSocketContinuationFrameHandler())
                .addAfter(
                        WEBSOCKET_CONTINUATION_FRAME_HANDLER,
                        WEBSOCKET_TEXT_FRAME_HANDLER,
                        new WebSocketTextFrameHandler())
                .addAfter(
                        WEBSOCKET_TEXT_FRAME_HANDLER,
                        MQTT_WEBSOCKET_ENCODER,
                        new MQTTWebsocketEncoder());
    }
}
