package io.outrider.store;

import static io.outrider.store.TestTracker.NOON;
import static io.outrider.store.TestTracker.await;
import static io.outrider.store.TestTracker.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.keys.KeyMaterial;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveFeedTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir Path directory;
    private KeyMaterial keys;
    private Store store;
    private TestTracker truck;

    @BeforeEach
    void open() throws Exception {
        keys = TestKeys.in(directory);
        store =
                Store.open(
                        directory.resolve("positions.db"),
                        keys.dataKeys(),
                        StoreLimits.DEFAULT,
                        InstantSource.fixed(NOON));
        truck = TestTracker.announced(store, 1);
    }

    @AfterEach
    void close() throws Exception {
        store.close();
        keys.close();
    }

    @Test
    void a_listener_hears_of_each_position_once_when_it_is_stored() throws Exception {
        try (Subscription subscription = store.subscribe(100)) {
            await(truck.send(run(0, 3)));
            await(truck.send(run(0, 5)));

            Subscription.Arrived arrived = subscription.take(SOON);
            assertThat(arrived.positions())
                    .extracting(StoredPosition::sequence)
                    .containsExactly(0L, 1L, 2L, 3L, 4L);
            assertThat(arrived.missed()).isZero();
            assertThat(subscription.take(Duration.ZERO).positions()).isEmpty();
        }
    }

    @Test
    void a_listener_that_does_not_listen_loses_the_oldest_and_stops_nobody() throws Exception {
        try (Subscription slow = store.subscribe(10);
                Subscription quick = store.subscribe(1_000)) {
            for (int i = 0; i < 25; i++) {
                await(truck.send(run(i, 1)));
            }

            Subscription.Arrived arrived = slow.take(SOON);
            assertThat(arrived.missed()).isEqualTo(15);
            assertThat(arrived.positions())
                    .extracting(StoredPosition::sequence)
                    .containsExactly(15L, 16L, 17L, 18L, 19L, 20L, 21L, 22L, 23L, 24L);
            assertThat(quick.take(SOON).positions()).hasSize(25);
        }
    }

    @Test
    void closing_a_subscription_wakes_its_listener() throws Exception {
        Subscription subscription = store.subscribe(10);
        Thread.ofVirtual().start(subscription::close);

        assertThat(subscription.take(SOON).positions()).isEmpty();
    }
}
