package io.outrider.broker;

import io.outrider.gate.ReasonCode;
import java.util.Optional;

/** What became of one message. Each may carry bytes for the tracker's own {@code down} topic. */
public sealed interface Outcome {

    /** Sent to the tracker once the message has been answered. */
    Optional<Payload> down();

    /** Durable: the tracker may delete it. PUBACK 0x00. */
    record Acknowledged(Optional<Payload> down) implements Outcome {
        public Acknowledged() {
            this(Optional.empty());
        }
    }

    /**
     * Never to be stored as it is. PUBACK with this code and reason; MQTT 3.1.1, whose PUBACK can
     * carry neither, is disconnected.
     *
     * @param code one that {@link ReasonCode#fitsPuback} and is not success
     * @param reason its first word is the machine-readable answer
     */
    record Refused(ReasonCode code, String reason, Optional<Payload> down) implements Outcome {
        public Refused {
            if (!code.fitsPuback() || code == ReasonCode.SUCCESS) {
                throw new IllegalArgumentException(code + " is no refusal that fits a PUBACK");
            }
        }

        public Refused(ReasonCode code, String reason) {
            this(code, reason, Optional.empty());
        }
    }

    /**
     * Not stored now, perhaps later: no PUBACK. The tracker is disconnected after a while and sends
     * it again.
     *
     * @param why for the log; the tracker hears only that the server is busy
     */
    record Withheld(String why, Optional<Payload> down) implements Outcome {
        public Withheld(String why) {
            this(why, Optional.empty());
        }
    }
}
