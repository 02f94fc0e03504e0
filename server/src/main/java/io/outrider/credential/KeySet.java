package io.outrider.credential;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * The public keys of one issuer (RFC 7517). Only keys that could have signed a token of ours are in
 * it; what was left out, and why, is said. Immutable.
 */
public final class KeySet {
    static final int BYTES_MAX = 256 * 1024;
    private static final int KEYS_MAX = 100;

    private final List<TokenKey> keys;
    private final List<String> troubles;

    private KeySet(List<TokenKey> keys, List<String> troubles) {
        this.keys = List.copyOf(keys);
        this.troubles = List.copyOf(troubles);
    }

    /** What a text can turn out to be. */
    public sealed interface Read {
        /** A set, of which single keys may have been left out. */
        record Good(KeySet keys) implements Read {}

        /** No set at all. */
        record Broken(String why) implements Read {}
    }

    /** Reads a JWK set. Pure. */
    public static Read parse(String json) {
        byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > BYTES_MAX) {
            return new Read.Broken("a key set of more than " + BYTES_MAX + " bytes");
        }
        Optional<JsonNode> list = StrictJson.parse(utf8).map(object -> object.path("keys"));
        if (list.isEmpty() || !list.get().isArray()) {
            return new Read.Broken("not a JWK set: no JSON object with an array \"keys\"");
        }
        if (list.get().size() > KEYS_MAX) {
            return new Read.Broken("a key set of more than " + KEYS_MAX + " keys");
        }
        var keys = new ArrayList<TokenKey>();
        var troubles = new ArrayList<String>();
        var ids = new HashSet<String>();
        for (JsonNode node : list.get()) {
            switch (JwkReader.read(node)) {
                case JwkReader.Read.Usable(var key)
                        when key.id().isPresent() && !ids.add(key.id().get()) ->
                        troubles.add("key " + Shown.of(key.id().get()) + ": its kid occurs twice");
                case JwkReader.Read.Usable(var key) -> keys.add(key);
                case JwkReader.Read.Refused(var why) -> troubles.add(why);
                case JwkReader.Read.NotOurs() -> {} // for encryption, or of a kind we never use
            }
        }
        return new Read.Good(new KeySet(keys, troubles));
    }

    /** With those of another set too, e.g. of our own issuer's last key. */
    public KeySet plus(KeySet others) {
        var all = new ArrayList<>(keys);
        for (TokenKey key : others.keys) {
            if (key.id().isEmpty() || byId(key.id().get()).isEmpty()) {
                all.add(key);
            }
        }
        return new KeySet(all, troubles);
    }

    public int size() {
        return keys.size();
    }

    /** Keys that were refused, each as a sentence. */
    public List<String> troubles() {
        return troubles;
    }

    Optional<TokenKey> byId(String id) {
        return keys.stream().filter(key -> key.id().equals(Optional.of(id))).findFirst();
    }

    /** For a token that names no key: the one that fits. Empty where there are several. */
    Optional<TokenKey> only(TokenAlgorithm algorithm) {
        List<TokenKey> fitting = keys.stream().filter(key -> key.fits(algorithm)).toList();
        return fitting.size() == 1 ? Optional.of(fitting.getFirst()) : Optional.empty();
    }
}
