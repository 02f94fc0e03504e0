package io.outrider.credential;

/** What came of looking at a password. */
public sealed interface PasswordCheck {
    /** It is this name's. */
    record Right(String name) implements PasswordCheck {}

    /**
     * It is not, or there is no such name: the same to the peer.
     *
     * @param why for the operator; never says whether the name exists
     */
    record Wrong(String why) implements PasswordCheck {}

    /** Too many wait already; it was not looked at. To be tried again later. */
    record Busy() implements PasswordCheck {}
}
