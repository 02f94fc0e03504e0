package io.outrider.intake;

import static io.outrider.intake.Vehicle.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.check.Checks;
import io.outrider.fleet.Registry;
import io.outrider.intake.Answer.Reason;
import io.outrider.keys.KeyMaterial;
import io.outrider.seal.Suite;
import io.outrider.store.Store;
import io.outrider.store.StoreLimits;
import io.outrider.store.StoredPosition;
import io.outrider.store.TestKeys;
import io.outrider.topic.Channel;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** All that stands behind the broker, with real keys, registry and store. */
final class TestBackend implements AutoCloseable {
    final KeyMaterial keys;
    final Registry registry;
    private final Path directory;
    private Store store;
    private Intake intake;

    TestBackend(Path directory) throws Exception {
        this.directory = directory;
        keys = TestKeys.in(directory);
        registry = Registry.open(directory.resolve("fleet.db"), InstantSource.system());
        store = openStore();
        intake = openIntake();
    }

    /** As after a restart of the server. */
    void reopen() throws Exception {
        intake.close();
        store.close();
        store = openStore();
        intake = openIntake();
    }

    Store store() {
        return store;
    }

    Vehicle vehicle(String name) throws Exception {
        return vehicle(name, Suite.X25519_HPKE);
    }

    Vehicle vehicle(String name, Suite suite) throws Exception {
        return Vehicle.enrolled(registry, keys.sealingKeys(), suite, name);
    }

    Answer report(Vehicle vehicle, byte[] payload) throws Exception {
        return await(send(vehicle, Channel.REPORT, payload));
    }

    Answer announce(Vehicle vehicle, byte[] payload) throws Exception {
        return await(send(vehicle, Channel.EPOCH, payload));
    }

    CompletableFuture<Answer> send(Vehicle vehicle, Channel channel, byte[] payload) {
        return sendAt(vehicle, vehicle.enrolment, channel, payload, NOON);
    }

    CompletableFuture<Answer> sendAt(
            Vehicle vehicle, long enrolment, Channel channel, byte[] payload, Instant at) {
        return intake.accept(vehicle.id, enrolment, channel, payload, at);
    }

    List<Long> sequences(Vehicle vehicle) {
        return history(vehicle).stream().map(StoredPosition::sequence).toList();
    }

    List<StoredPosition> history(Vehicle vehicle) {
        List<StoredPosition> all = new ArrayList<>();
        store.history(vehicle.enrolment, Instant.EPOCH, Instant.parse("9999-01-01T00:00:00Z"))
                .forEachRemaining(all::add);
        return all;
    }

    long refusedCount() {
        return store.counts().refused().values().stream().mapToLong(it -> it).sum();
    }

    static void assertRefused(Answer answer, Reason reason) {
        assertThat(answer).isInstanceOf(Answer.Refused.class);
        assertThat(((Answer.Refused) answer).reason()).isEqualTo(reason);
    }

    static Answer await(CompletableFuture<Answer> answer) throws Exception {
        return answer.get(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws SQLException {
        intake.close();
        store.close();
        registry.close();
        keys.close();
    }

    private Store openStore() throws Exception {
        return Store.open(
                directory.resolve("positions.db"),
                keys.dataKeys(),
                StoreLimits.DEFAULT,
                InstantSource.fixed(NOON));
    }

    private Intake openIntake() {
        return new Intake(
                registry,
                store,
                keys.sealingKeys(),
                keys.commandKey(),
                Checks.all(),
                IntakeLimits.DEFAULT);
    }
}
