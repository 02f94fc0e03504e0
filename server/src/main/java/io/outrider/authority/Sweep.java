package io.outrider.authority;

import java.time.Duration;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * Ends connections that are older than a limit, whatever they are doing. One thread, while the
 * server runs.
 */
final class Sweep extends AbstractLifeCycle {
    private final ServerConnector connector;
    private final Duration ageMax;
    private @Nullable Thread thread;

    Sweep(ServerConnector connector, Duration ageMax) {
        this.connector = connector;
        this.ageMax = ageMax;
    }

    @Override
    protected void doStart() {
        thread = Thread.ofVirtual().name("enrolment-sweep").start(this::run);
    }

    @Override
    protected void doStop() {
        if (thread != null) {
            thread.interrupt();
        }
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(ageMax.dividedBy(4));
                long bornBeforeMs = System.currentTimeMillis() - ageMax.toMillis();
                for (EndPoint endPoint : connector.getConnectedEndPoints()) {
                    if (endPoint.getCreatedTimeStamp() < bornBeforeMs) {
                        endPoint.close();
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the server stops
        }
    }
}
