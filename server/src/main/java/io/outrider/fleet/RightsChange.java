package io.outrider.fleet;

import java.util.Set;

/** What became of somebody's rights; it is durable by the time that anybody hears of it. */
public sealed interface RightsChange {

    Who who();

    /**
     * Whose rights.
     *
     * @param name {@code FLEET.TRACKER} or a client's
     * @param number of the enrolment or of the client; never used twice within a kind
     */
    record Who(IdentityKind kind, String name, long number) {}

    /** The name is free; whatever the number owns has no owner any more. */
    record Removed(Who who) implements RightsChange {}

    record Quarantined(Who who, String reason) implements RightsChange {}

    record Released(Who who) implements RightsChange {}

    record Revoked(Who who, String reason) implements RightsChange {}

    /**
     * Some methods came or went.
     *
     * @param methods that are allowed from now on
     */
    record MethodsChanged(Who who, Set<Method> methods) implements RightsChange {
        public MethodsChanged {
            methods = Set.copyOf(methods);
        }
    }

    record GrantsChanged(Who who) implements RightsChange {}

    /** Given, replaced or taken away: what was proven with another one is proven no more. */
    record PasswordChanged(Who who) implements RightsChange {}

    /** It has a certificate for another key; those for the key before are revoked. */
    record KeyChanged(Who who) implements RightsChange {}
}
