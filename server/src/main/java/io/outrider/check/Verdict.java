package io.outrider.check;

import java.util.EnumSet;
import java.util.Set;

/**
 * What the checks say of a position: plausible, or doubted for one or more reasons. It is stored
 * either way.
 *
 * @param bits one for each {@link Doubt}; 0 for a plausible position
 */
public record Verdict(int bits) {
    public static final Verdict PLAUSIBLE = new Verdict(0);

    public static Verdict of(Doubt... doubts) {
        int bits = 0;
        for (Doubt doubt : doubts) {
            bits |= doubt.mask();
        }
        return new Verdict(bits);
    }

    public boolean isPlausible() {
        return bits == 0;
    }

    public boolean has(Doubt doubt) {
        return (bits & doubt.mask()) != 0;
    }

    /** The reasons that this program knows; a newer one may have stored others. */
    public Set<Doubt> doubts() {
        Set<Doubt> doubts = EnumSet.noneOf(Doubt.class);
        for (Doubt doubt : Doubt.values()) {
            if (has(doubt)) {
                doubts.add(doubt);
            }
        }
        return doubts;
    }

    Verdict with(Doubt doubt) {
        return new Verdict(bits | doubt.mask());
    }
}
