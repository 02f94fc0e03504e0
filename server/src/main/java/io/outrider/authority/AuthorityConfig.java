package io.outrider.authority;

import io.outrider.keys.OperatorException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the authority puts its name to.
 *
 * @param installation the trust domain in every identity, {@code [a-z0-9.-]{1,64}}; it never
 *     changes after the first start
 * @param names host names and addresses of this server, in the server's certificate; trackers are
 *     told the first
 * @param given the operator's own authority; empty for ours, or where theirs was read before
 */
public record AuthorityConfig(
        String installation, List<String> names, Optional<GivenAuthority> given) {
    /** What a key statement can carry; beyond it a certificate's common name would end, too. */
    private static final Pattern INSTALLATION = Pattern.compile("[a-z0-9.-]{1,64}");

    private static final int NAMES_MAX = 64;

    public AuthorityConfig {
        names = List.copyOf(names);
    }

    /** With an authority of our own. */
    public AuthorityConfig(String installation, List<String> names) {
        this(installation, names, Optional.empty());
    }

    void requireUsable() throws OperatorException {
        if (!INSTALLATION.matcher(installation).matches()) {
            throw new OperatorException(
                    "'%s' cannot name an installation".formatted(installation),
                    "Use a domain name in lower case of at most 64 characters.");
        }
        if (names.isEmpty() || names.size() > NAMES_MAX) {
            throw new OperatorException(
                    names.size() + " names for one server", "Give 1 to " + NAMES_MAX + " names.");
        }
    }
}
