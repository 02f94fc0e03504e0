package io.outrider.broker;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * At a listening socket that cannot take who waits there, most often because the process has no
 * file left to open: says so, and lets them wait a second. Trying again at once would fail as often
 * as the processor can. Netty does the same, with a stack trace each time.
 */
final class AcceptPause extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(AcceptPause.class);
    private static final long PAUSE_SECONDS = 1;
    private static final int SAID_EVERY = 30;

    private final String listener;
    private int failures; // for the event loop alone

    AcceptPause(String listener) {
        this.listener = listener;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (failures++ % SAID_EVERY == 0) {
            log.error(
                    "Listener {} cannot take connections, {} times so far: {}."
                            + " May the process open too few files (ulimit -n)?",
                    listener,
                    failures,
                    cause.getMessage());
        }
        Channel socket = context.channel();
        socket.config().setAutoRead(false);
        var _ =
                context.executor()
                        .schedule(
                                () -> socket.config().setAutoRead(true),
                                PAUSE_SECONDS,
                                TimeUnit.SECONDS);
    }
}
