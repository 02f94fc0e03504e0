package io.outrider.keys;

import io.outrider.seal.Agreement;
import io.outrider.seal.Refusal;
import io.outrider.seal.SealingPublicKey;
import io.outrider.seal.Secret;
import io.outrider.seal.SoftwareAgreement;
import io.outrider.seal.Suite;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The backend's sealing keys: one of each suite, and older ones. Immutable. */
public final class SealingKeys {
    private final Map<Long, Agreement> byId;
    private final List<SealingPublicKey> current;

    private SealingKeys(Map<Long, Agreement> byId, List<SealingPublicKey> current) {
        this.byId = Map.copyOf(byId);
        this.current = List.copyOf(current);
    }

    /** Reads all keys; a suite that has none yet gets one. */
    static SealingKeys openOrCreate(PrivateKeys keys, SecureRandom random)
            throws KeyUnavailableException {
        var byId = new LinkedHashMap<Long, Agreement>();
        var current = new ArrayList<SealingPublicKey>();
        for (Suite suite : Suite.values()) {
            List<Agreement> stored = keys.all(suite.name(), (key, pkcs8) -> of(suite, key, pkcs8));
            if (stored.isEmpty()) {
                stored = List.of(create(suite, keys, random));
            }
            stored.forEach(key -> byId.put(key.publicKey().id(), key));
            current.add(stored.getLast().publicKey());
        }
        return new SealingKeys(byId, current);
    }

    private static Agreement of(Suite suite, byte[] publicKey, Secret pkcs8)
            throws KeyUnavailableException {
        try {
            return SoftwareAgreement.of(SealingPublicKey.of(suite, publicKey), pkcs8);
        } catch (Refusal e) {
            throw new KeyUnavailableException("a sealing key is damaged", e);
        }
    }

    private static Agreement create(Suite suite, PrivateKeys keys, SecureRandom random)
            throws KeyUnavailableException {
        SoftwareAgreement made = SoftwareAgreement.generate(suite, random);
        try (Secret pkcs8 = made.pkcs8()) {
            keys.add(suite.name(), made.publicKey().bytes(), pkcs8);
        }
        return made;
    }

    /** The newest of each suite: what trackers shall seal to. */
    public List<SealingPublicKey> current() {
        return current;
    }

    /**
     * The key that a tracker sealed to, however old.
     *
     * @param id see {@link SealingPublicKey#id}
     */
    public Optional<Agreement> find(Suite suite, long id) {
        return Optional.ofNullable(byId.get(id)).filter(key -> key.publicKey().suite() == suite);
    }
}
