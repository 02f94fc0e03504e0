package io.outrider.broker;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.outrider.gate.GateEvent;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Lets the one request through that asks for MQTT over WebSocket. A browser tells whose page it is
 * that asks (RFC 6455, section 10.2); a page that nobody has allowed must not use the certificate
 * of whoever looks at it. Who sends no origin is no browser.
 */
final class UpgradeCheck extends SimpleChannelInboundHandler<FullHttpRequest> {
    static final String NAME = "outrider_upgrade_check";

    private final Connection connection;
    private final Set<String> origins;
    private final Consumer<GateEvent> watch;
    private boolean isOver;

    UpgradeCheck(Connection connection, Consumer<GateEvent> watch) {
        this.connection = connection;
        this.origins = connection.listener().origins();
        this.watch = watch;
    }

    /** An answer that is no upgrade. */
    private record Objection(HttpResponseStatus status, String why) {}

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (isOver) {
            return; // one request is all that anybody has
        }
        isOver = true;
        Optional<Objection> objection = objection(request);
        if (objection.isPresent()) {
            refuse(context, objection.get());
            return;
        }
        context.fireChannelRead(request.retain());
        context.pipeline().remove(this);
    }

    private Optional<Objection> objection(FullHttpRequest request) {
        var headers = request.headers();
        if (request.decoderResult().isFailure()) {
            return objection(HttpResponseStatus.BAD_REQUEST, "a malformed request");
        }
        if (!request.uri().equals(WebSockets.PATH)) {
            return objection(HttpResponseStatus.NOT_FOUND, "no such path");
        }
        if (!request.method().equals(HttpMethod.GET)) {
            return objection(HttpResponseStatus.METHOD_NOT_ALLOWED, "not a GET");
        }
        List<String> named = headers.getAll(HttpHeaderNames.ORIGIN);
        if (!named.isEmpty() && (named.size() > 1 || !origins.contains(named.getFirst()))) {
            return objection(HttpResponseStatus.FORBIDDEN, "a web origin that is not allowed");
        }
        if (!headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)) {
            return objection(HttpResponseStatus.UPGRADE_REQUIRED, "no upgrade to WebSocket");
        }
        boolean isMqtt =
                headers.containsValue(
                        HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, WebSockets.SUBPROTOCOL, false);
        return isMqtt
                ? Optional.empty()
                : objection(HttpResponseStatus.BAD_REQUEST, "not the subprotocol mqtt");
    }

    private static Optional<Objection> objection(HttpResponseStatus status, String why) {
        return Optional.of(new Objection(status, why));
    }

    private void refuse(ChannelHandlerContext context, Objection objection) {
        watch.accept(new GateEvent.HandshakeFailed(connection.peer(), objection.why()));
        var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, objection.status());
        response.headers()
                .set(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderValues.ZERO)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        var _ = context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }
}
