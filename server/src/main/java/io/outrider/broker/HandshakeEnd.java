package io.outrider.broker;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.outrider.gate.GateEvent;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Behind TLS: notes whose certificate was shown, or tells why there is no connection. */
final class HandshakeEnd extends ChannelInboundHandlerAdapter {
    static final String NAME = "outrider_handshake_end";

    private final Connection connection;
    private final Entrance entrance;
    private final SslHandler tls;
    private final Consumer<GateEvent> watch;

    HandshakeEnd(
            Connection connection, Entrance entrance, SslHandler tls, Consumer<GateEvent> watch) {
        this.connection = connection;
        this.entrance = entrance;
        this.tls = tls;
        this.watch = watch;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
            super.userEventTriggered(context, event);
            return;
        }
        if (!handshake.isSuccess()) {
            watch.accept(new GateEvent.HandshakeFailed(connection.peer(), why(handshake.cause())));
            var _ = context.close();
            return;
        }
        connection.reach(Connection.Stage.BEFORE_CONNECT);
        noteCertificate();
        entrance.handshakeDone();
        context.pipeline().remove(this);
    }

    private void noteCertificate() {
        try {
            connection.show(
                    Arrays.stream(tls.engine().getSession().getPeerCertificates())
                            .map(X509Certificate.class::cast)
                            .toArray(X509Certificate[]::new));
        } catch (SSLPeerUnverifiedException e) {
            // None was shown, which only a listener for passwords and tokens lets come this far.
        }
    }

    private static String why(Throwable cause) {
        if (cause instanceof NotSslRecordException) {
            return "what came is not TLS"; // its message holds the bytes, which may be a password
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // The handshake's end has told it already, or the peer has gone.
        var _ = context.close();
    }
}
