package io.outrider.fuzz;

/**
 * A reader of bytes from a peer, with what must hold for all bytes whatever. Whatever leaves it by
 * throwing is a finding: a target catches what its reader declares, and nothing else.
 */
@FunctionalInterface
public interface Target {
    void feed(byte[] data) throws Exception;

    /**
     * The property has to hold; asserted without the machinery of a test library, a million times.
     */
    static void require(boolean holds, String property) {
        if (!holds) {
            throw new AssertionError(property);
        }
    }
}
