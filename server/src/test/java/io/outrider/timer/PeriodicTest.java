package io.outrider.timer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(60)
class PeriodicTest {
    private static final Duration SHORT = Duration.ofMillis(1);

    private final Logger logger = (Logger) LoggerFactory.getLogger(Periodic.class);
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    @BeforeEach
    void listen() {
        appender.start();
        logger.addAppender(appender);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(appender);
    }

    @Test
    void what_throws_is_done_again_and_said_once_until_it_works() {
        var times = new AtomicInteger();
        try (var _ = Periodic.start("test-look", SHORT, () -> failAt(times.incrementAndGet()))) {
            await().until(() -> times.get() > 10);
        }
        assertThat(said())
                .containsExactly(
                        "ERROR test-look fails, and is tried again and again",
                        "INFO test-look works again",
                        "ERROR test-look fails, and is tried again and again",
                        "INFO test-look works again");
    }

    private static void failAt(int time) {
        if (time <= 3) {
            throw new IllegalStateException("sabotage");
        }
        if (time == 5) {
            throw new NoClassDefFoundError("sabotage");
        }
    }

    @Test
    void it_pauses_before_the_first_time() {
        var times = new AtomicInteger();
        try (var _ = Periodic.start("test-pause", Duration.ofDays(1), times::incrementAndGet)) {
            assertThat(times).hasValue(0);
        }
    }

    @Test
    void closed_it_interrupts_what_is_under_way_and_does_nothing_more() throws Exception {
        var begun = new Semaphore(0);
        var interrupted = new CountDownLatch(1);
        var periodic =
                Periodic.start(
                        "test-close",
                        SHORT,
                        () -> {
                            begun.release();
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                                interrupted.countDown();
                            }
                        });
        assertThat(begun.tryAcquire(30, TimeUnit.SECONDS)).isTrue();

        periodic.close();

        assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(begun.tryAcquire(100, TimeUnit.MILLISECONDS)).isFalse();
    }

    private List<String> said() {
        return appender.list.stream()
                .map(event -> event.getLevel() + " " + event.getFormattedMessage())
                .toList();
    }
}
