package io.outrider.fleet;

/** The two kinds of those who own something here. Each kind counts its own numbers. */
public enum IdentityKind {
    TRACKER,
    CLIENT
}
