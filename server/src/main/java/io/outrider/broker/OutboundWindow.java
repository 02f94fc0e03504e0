package io.outrider.broker;

import com.hivemq.bootstrap.ClientConnection;
import com.hivemq.configuration.service.InternalConfigurations;
import com.hivemq.mqtt.message.QoS;
import com.hivemq.mqtt.message.publish.PUBLISH;
import com.hivemq.mqtt.services.PublishPollService;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Sends a client further messages while it has not answered the first, up to its receive maximum
 * (MQTT 5, section 4.9). By itself the engine looks for new ones when a queue was empty or an
 * answer has come. Looks soon after a message, then ever more seldom until there are answers.
 */
final class OutboundWindow extends ChannelOutboundHandlerAdapter {
    static final String NAME = "outrider_outbound_window";

    private static final long FIRST_LOOK_MS = 10;
    private static final long LOOKS_MS_MAX = 1_280;

    /** The engine itself has no more under way, however many the client takes. */
    private static final int WINDOW_MAX = InternalConfigurations.MAX_INFLIGHT_WINDOW_SIZE_MESSAGES;

    private final PublishPollService poll;
    private final int window;
    private long pauseMs = FIRST_LOOK_MS;
    private @Nullable ScheduledFuture<?> look;

    /**
     * For one connection.
     *
     * @param receiveMax how many messages the client takes before it answers, 1 … 65,535
     */
    OutboundWindow(PublishPollService poll, int receiveMax) {
        this.poll = poll;
        this.window = Math.min(receiveMax, WINDOW_MAX);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
            throws Exception {
        super.write(context, message, promise);
        if (message instanceof PUBLISH publish && publish.getQoS() != QoS.AT_MOST_ONCE) {
            pauseMs = FIRST_LOOK_MS;
            if (look == null) {
                lookLater(context);
            }
        }
    }

    private void lookLater(ChannelHandlerContext context) {
        look = context.executor().schedule(() -> lookNow(context), pauseMs, TimeUnit.MILLISECONDS);
    }

    private void lookNow(ChannelHandlerContext context) {
        look = null;
        var connection = ClientConnection.of(context.channel());
        AtomicInteger inFlight = connection.getInFlightMessageCount();
        if (inFlight == null || inFlight.get() <= 0 || !context.channel().isActive()) {
            return;
        }
        if (inFlight.get() < window) {
            poll.pollNewMessages(connection.getClientId(), context.channel());
        }
        pauseMs = Math.min(2 * pauseMs, LOOKS_MS_MAX);
        lookLater(context);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (look != null) {
            look.cancel(false);
        }
    }
}
