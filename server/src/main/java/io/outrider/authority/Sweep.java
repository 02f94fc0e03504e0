package io.outrider.authority;

import io.outrider.timer.Periodic;
import java.time.Duration;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.jspecify.annotations.Nullable;

/** Ends connections that are older than a limit, whatever they are doing, while the server runs. */
final class Sweep extends AbstractLifeCycle {
    private final ServerConnector connector;
    private final Duration ageMax;
    private @Nullable Periodic looks;

    Sweep(ServerConnector connector, Duration ageMax) {
        this.connector = connector;
        this.ageMax = ageMax;
    }

    @Override
    protected void doStart() {
        looks = Periodic.start("enrolment-sweep", ageMax.dividedBy(4), this::look);
    }

    @Override
    protected void doStop() {
        if (looks != null) {
            looks.close();
        }
    }

    private void look() {
        long bornBeforeMs = System.currentTimeMillis() - ageMax.toMillis();
        for (EndPoint endPoint : connector.getConnectedEndPoints()) {
            if (endPoint.getCreatedTimeStamp() < bornBeforeMs) {
                endPoint.close();
            }
        }
    }
}
