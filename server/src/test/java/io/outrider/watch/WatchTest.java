package io.outrider.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class WatchTest {
    private final Watch watch = new Watch(InstantSource.system());

    @AfterEach
    void stop() {
        watch.close();
    }

    @Test
    void a_subscriber_that_hangs_holds_nobody_and_its_losses_are_counted() throws Exception {
        var release = new CountDownLatch(1);
        var missed = new AtomicLong();
        var taken = new CopyOnWriteArrayList<Long>();
        Subscription slow =
                watch.subscribe(
                        "slow",
                        EventKind.ALL,
                        10,
                        new Subscriber() {
                            @Override
                            public void take(Seen seen) throws InterruptedException {
                                release.await();
                                taken.add(seen.number());
                            }

                            @Override
                            public void missed(long count, java.time.Instant now) {
                                missed.addAndGet(count);
                            }
                        });

        for (int i = 0; i < 1_000; i++) {
            watch.accept(TestEvents.published(i)); // would never return if it waited
        }

        assertThat(slow.dropped()).isBetween(989L, 990L);
        release.countDown();
        await().until(() -> missed.get() == slow.dropped());
        await().until(() -> taken.size() == 1_000 - slow.dropped());
        assertThat(taken).isSorted();
    }

    @Test
    void what_a_subscriber_throws_reaches_nobody_and_it_hears_the_next_event() {
        var heard = new CopyOnWriteArrayList<EventKind>();
        Subscription faulty =
                watch.subscribe(
                        "faulty",
                        EventKind.ALL,
                        10,
                        seen -> {
                            heard.add(seen.kind());
                            if (seen.kind() == EventKind.CONNECTED) {
                                throw new IllegalStateException("a bug");
                            }
                            throw new AssertionError("a worse one");
                        });

        watch.accept(TestEvents.connected());
        watch.accept(TestEvents.disconnected());

        await().until(() -> faulty.failed() == 2);
        assertThat(heard).containsExactly(EventKind.CONNECTED, EventKind.DISCONNECTED);
    }

    @Test
    void a_subscriber_hears_the_kinds_that_it_asked_for_and_no_other() {
        var heard = new CopyOnWriteArrayList<EventKind>();
        watch.subscribe("some", EventKind.TROUBLE, 100, seen -> heard.add(seen.kind()));

        TestEvents.eachKind("x").forEach(watch);
        watch.accept(TestEvents.refused("last"));

        await().until(() -> heard.size() == 6);
        assertThat(heard)
                .containsExactly(
                        EventKind.HANDSHAKE_FAILED,
                        EventKind.REFUSED,
                        EventKind.DENIED,
                        EventKind.LIMITED,
                        EventKind.WITHHELD,
                        EventKind.REFUSED);
    }

    @Test
    void a_flood_of_one_kind_pushes_no_other_out_of_the_recent_events() {
        watch.accept(TestEvents.connected());
        for (int i = 0; i < 10_000; i++) {
            watch.accept(TestEvents.refused("knock-" + i));
        }

        List<Seen> recent = watch.recent(EventKind.ALL);

        assertThat(recent).hasSize(1 + Recent.EVENTS_OF_KIND_MAX);
        assertThat(recent.getFirst().kind()).isEqualTo(EventKind.CONNECTED);
        assertThat(recent.getLast().number()).isEqualTo(10_001);
        assertThat(recent).extracting(Seen::number).isSorted();
    }

    @Test
    void every_event_says_where_its_connection_comes_from() {
        assertThat(TestEvents.eachKind("x")).hasSize(EventKind.values().length);
        TestEvents.eachKind("x").forEach(watch);

        for (Seen seen : watch.recent(EventKind.ALL)) {
            assertThat(seen.fields())
                    .as(seen.kind().label())
                    .containsEntry("address", TestEvents.PEER.address())
                    .containsEntry("port", TestEvents.PEER.port())
                    .containsEntry("listener", TestEvents.PEER.listener());
        }
    }

    @Test
    void a_feed_that_is_not_taken_is_told_once_and_ends_when_it_is_closed() throws Exception {
        var told = new AtomicLong();
        Feed feed = watch.follow(EventKind.ALL, 2, told::incrementAndGet);

        for (int i = 0; i < 10; i++) {
            watch.accept(TestEvents.published(i));
        }

        await().until(() -> told.get() == 1);
        assertThat(feed.dropped()).isEqualTo(8);
        feed.close();
        assertThat(feed.isEnded()).isFalse();
        assertThat(feed.next(Duration.ZERO)).isPresent();
        assertThat(feed.next(Duration.ZERO)).isPresent();
        assertThat(feed.isEnded()).isTrue();
        watch.accept(TestEvents.published(11));
        assertThat(feed.next(Duration.ZERO)).isEmpty();
    }

    @Test
    void the_summary_counts_by_kind_code_and_limit() {
        TestEvents.eachKind("x").forEach(watch);
        watch.accept(TestEvents.refused("x"));
        watch.accept(TestEvents.refused("y"));

        assertThat(watch.counts())
                .containsEntry("admitted", 1L)
                .containsEntry("left", 1L)
                .containsEntry("refused banned", 1L)
                .containsEntry("refused not_authorized", 2L)
                .containsEntry("denied not_authorized", 1L)
                .containsEntry("limited topic", 1L)
                .containsEntry("handshake failed", 1L)
                .doesNotContainKey("limited guesses");
    }

    @Test
    void limits_of_the_configuration_hold_on_both_sides() {
        assertThatThrownBy(() -> lines(0)).hasMessageContaining("linesPerSecondMax 0");
        assertThatThrownBy(() -> lines(LogConfig.LINES_PER_SECOND_LIMIT + 1))
                .hasMessageContaining("is not in 1 … 1000");
        assertThat(lines(1).linesPerSecondMax()).isEqualTo(1);
        assertThatThrownBy(() -> SyslogConfig.of("siem", 0, "me")).hasMessageContaining("port 0");
        assertThatThrownBy(() -> SyslogConfig.of("siem", 6514, "two words"))
                .hasMessageContaining("cannot name us");
        assertThatThrownBy(() -> SyslogConfig.of(" ", 6514, "me")).hasMessageContaining("empty");
    }

    private static LogConfig lines(int perSecond) {
        return new LogConfig(LogConfig.Format.TEXT, EventKind.ALL, perSecond, Optional.empty());
    }
}
