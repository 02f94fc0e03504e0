package io.outrider.broker;

import io.outrider.gate.Proof;
import io.outrider.gate.ReasonCode;
import java.time.Duration;

/** What came of looking at what a peer showed. */
sealed interface Shown {

    /** It holds; whether it opens the door is the gate's to say. */
    record Good(Proof proof) implements Shown {}

    /**
     * It does not.
     *
     * @param toPeer the same for whatever is wrong about it
     * @param why for the operator
     */
    record Bad(ReasonCode code, String toPeer, String why) implements Shown {

        /** A wrong password, or a name that has none: the same to the peer. */
        static Bad password(String why) {
            return new Bad(
                    ReasonCode.BAD_USER_NAME_OR_PASSWORD, "wrong user name or password", why);
        }

        static Bad token(String why) {
            return new Bad(ReasonCode.NOT_AUTHORIZED, "the token is not good", why);
        }

        static Bad busy() {
            return new Bad(ReasonCode.SERVER_BUSY, "try again later", "too many passwords at once");
        }
    }

    /** Nobody looked: too many were wrong before. */
    record TooMany(Duration delay) implements Shown {
        /** The same for every name. */
        static final String TO_PEER = "too many attempts, wait";
    }
}
