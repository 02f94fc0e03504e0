package io.outrider.authority;

/** What was sent is no certificate request that we sign; the message tells its sender why. */
final class RequestRefusedException extends Exception {
    RequestRefusedException(String why) {
        super(why);
    }

    RequestRefusedException(String why, Throwable cause) {
        super(why, cause);
    }
}
