package io.outrider.store;

/** What became of something given to the store. All but {@link Unavailable} are durable. */
public sealed interface Outcome {
    /** It is kept. */
    record Committed() implements Outcome {}

    /** The same was kept before. */
    record Duplicate() implements Outcome {}

    /** Its counter is below the window: whether it is a repeat cannot be told. */
    record BelowWindow() implements Outcome {}

    /** Two senders use one identity. */
    record Clone(String why) implements Outcome {}

    /** There is no such epoch, or not any more. */
    record UnknownEpoch() implements Outcome {}

    /** The tracker's data key was destroyed: nothing of it is kept again. */
    record Erased() implements Outcome {}

    /** Nothing is kept; later it may be. */
    record Unavailable(String why) implements Outcome {}
}
