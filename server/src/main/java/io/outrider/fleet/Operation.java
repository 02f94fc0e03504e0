package io.outrider.fleet;

/** What somebody inside can ask for. */
public enum Operation {
    PUBLISH,
    SUBSCRIBE
}
