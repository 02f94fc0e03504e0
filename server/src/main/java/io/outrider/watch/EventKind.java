package io.outrider.watch;

import io.outrider.gate.GateEvent;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** The kinds of {@link GateEvent}, with the name and the weight that each has in logs. */
public enum EventKind {
    HANDSHAKE_FAILED("handshake-failed", Severity.WARNING),
    REFUSED("refused", Severity.WARNING),
    CONNECTED("connected", Severity.INFORMATIONAL),
    DISCONNECTED("disconnected", Severity.INFORMATIONAL),
    SUBSCRIBED("subscribed", Severity.INFORMATIONAL),
    PUBLISHED("published", Severity.INFORMATIONAL),
    DENIED("denied", Severity.WARNING),
    LIMITED("limited", Severity.WARNING),
    WITHHELD("withheld", Severity.ERROR);

    public static final Set<EventKind> ALL =
            Collections.unmodifiableSet(EnumSet.allOf(EventKind.class));

    /** What went wrong for somebody. */
    public static final Set<EventKind> TROUBLE =
            Collections.unmodifiableSet(
                    EnumSet.of(HANDSHAKE_FAILED, REFUSED, DENIED, LIMITED, WITHHELD));

    /** All but the messages themselves, of which there are thousands a second. */
    public static final Set<EventKind> ALL_BUT_PUBLISHED =
            Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.of(PUBLISHED)));

    /** As numbered by syslog (RFC 5424, section 6.2.1). */
    enum Severity {
        ERROR(3),
        WARNING(4),
        INFORMATIONAL(6);

        final int number;

        Severity(int number) {
            this.number = number;
        }
    }

    private final String label;
    private final Severity severity;

    EventKind(String label, Severity severity) {
        this.label = label;
        this.severity = severity;
    }

    static EventKind of(GateEvent event) {
        return switch (event) {
            case GateEvent.HandshakeFailed _ -> HANDSHAKE_FAILED;
            case GateEvent.Refused _ -> REFUSED;
            case GateEvent.Connected _ -> CONNECTED;
            case GateEvent.Disconnected _ -> DISCONNECTED;
            case GateEvent.Subscribed _ -> SUBSCRIBED;
            case GateEvent.Published _ -> PUBLISHED;
            case GateEvent.Denied _ -> DENIED;
            case GateEvent.Limited _ -> LIMITED;
            case GateEvent.Withheld _ -> WITHHELD;
        };
    }

    /** The kind of this label, if there is one. */
    public static Optional<EventKind> labelled(String label) {
        return Arrays.stream(values()).filter(kind -> kind.label.equals(label)).findFirst();
    }

    /** Its name in log lines, on the command line and as a label of metrics. */
    public String label() {
        return label;
    }

    Severity severity() {
        return severity;
    }
}
