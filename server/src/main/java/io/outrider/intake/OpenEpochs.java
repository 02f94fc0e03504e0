package io.outrider.intake;

import io.outrider.seal.Secret;
import io.outrider.store.KnownEpoch;
import io.outrider.store.Store;
import io.outrider.topic.TrackerId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The epochs used last, ready to open reports; others are read from the store. Guarded by its own
 * monitor, which is never held while reading. An epoch that is pushed out is left to the collector,
 * since a report may just be open under it.
 */
final class OpenEpochs {
    private final Store store;
    private final Map<Key, OpenEpoch> open;

    private record Key(long enrolment, int lowByte) {}

    OpenEpochs(Store store, int max) {
        this.store = store;
        this.open =
                new LinkedHashMap<>(16, 0.75f, true) {
                    @Override
                    protected boolean removeEldestEntry(Map.Entry<Key, OpenEpoch> eldest) {
                        return size() > max;
                    }
                };
    }

    /** From memory alone: never blocks. */
    synchronized @Nullable OpenEpoch find(long enrolment, int lowByte) {
        return open.get(new Key(enrolment, lowByte));
    }

    /**
     * From memory or the store. Empty where the store has none, or the tracker was erased.
     *
     * @throws io.outrider.store.StoreException where the store cannot be read
     */
    Optional<OpenEpoch> load(TrackerId tracker, long enrolment, int lowByte) {
        OpenEpoch found = find(enrolment, lowByte);
        if (found != null) {
            return Optional.of(found);
        }
        Optional<KnownEpoch> known = store.epoch(enrolment, lowByte);
        if (known.isEmpty()) {
            return Optional.empty();
        }
        Optional<Secret> unwrapped = store.secret(known.get());
        if (unwrapped.isEmpty()) {
            return Optional.empty();
        }
        try (Secret secret = unwrapped.get()) {
            OpenEpoch epoch = OpenEpoch.of(tracker, known.get(), secret);
            remember(epoch);
            return Optional.of(epoch);
        }
    }

    /** Of two epochs in one place the newer stays. */
    synchronized void remember(OpenEpoch epoch) {
        open.merge(
                new Key(epoch.enrolment(), epoch.lowByte()),
                epoch,
                (a, b) -> a.number() > b.number() ? a : b);
    }
}
