package io.outrider.fleet;

/** What came of a change that somebody asked for. */
public sealed interface Change<T> {
    /** It is done and durable. */
    record Made<T>(T value) implements Change<T> {}

    /** Nothing was changed; why, in words for whoever asked. */
    record Refused<T>(String why) implements Change<T> {}
}
