package io.outrider.check;

/**
 * Why a position is doubted. The bit is what the store keeps, so a doubt never changes its bit and
 * a bit is never used again.
 */
public enum Doubt {
    /** Dated later than it was received, by more than clocks differ. */
    DATED_IN_FUTURE(0);

    private final int bit;

    Doubt(int bit) {
        this.bit = bit;
    }

    int mask() {
        return 1 << bit;
    }
}
