package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outrider.cli.LiveClient.Files;
import io.outrider.tracker.SimulatedVehicle;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Quarantine, release, revocation and removal on the command line, as connected trackers and
 * clients of a server in a process of its own feel them.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class StandingRoadTest {
    private static final Duration WAIT = Duration.ofSeconds(60);

    /** A CONNECT of MQTT 3.1.1. */
    private static final String CONNECT = "\020\026\000\004MQTT\004\002\000\074\000\012acme.sold1";

    /** The length in a CONNACK of MQTT 3.1.1, a byte that openssl's own words do not have. */
    private static final int CONNACK_LENGTH = 2;

    @TempDir static Path folder;
    private static ServerProcess server;
    private static LiveClient witness;

    @BeforeAll
    static void serve() throws Exception {
        server = ServerProcess.start(folder);
        server.run("fleet", "create", "acme");
        witness =
                client(
                        "witness",
                        "--may-subscribe",
                        "site/#",
                        "--may-publish",
                        "site/#",
                        "o1/acme/stolen/down");
        assertThat(witness.connect()).isZero();
    }

    @AfterAll
    static void stop() {
        witness.close();
        server.close();
    }

    @Test
    void who_is_quarantined_is_cut_off_stays_out_and_comes_back_to_an_empty_session()
            throws Exception {
        String down = "o1/acme/stolen/down";
        try (var tracker = tracker("acme.stolen")) {
            assertThat(tracker.connect()).isZero();
            tracker.subscribe(down);
            tracker.leave();
            witness.publish(down, "first", false);
            assertThat(tracker.connect()).isZero();
            assertThat(tracker.next()).as("the probe").isEqualTo("first");

            server.run("fleet", "quarantine", "acme.stolen", "--reason", "reported stolen");

            assertThat(tracker.disconnectCode()).isEqualTo(0x98);
            assertThat(tracker.connect()).isEqualTo(0x8a);
            server.run("fleet", "release", "acme.stolen");
            assertThat(tracker.connect()).isZero();
            assertThat(tracker.isResumed()).isFalse();
            tracker.subscribe(down);
            tracker.leave();
            witness.publish(down, "second", false);
            server.run("fleet", "quarantine", "acme.stolen");
            server.run("fleet", "release", "acme.stolen");
            assertThat(tracker.connect()).isZero();
            assertThat(tracker.isResumed()).isFalse();
            assertThat(tracker.hears()).as("what was queued").isEmpty();
        }
    }

    @Test
    void who_is_released_goes_on_by_itself_and_everything_since_is_stored() throws Exception {
        Path state = folder.resolve("acme.driven");
        server.enrol("acme.driven", state);
        Process tracker =
                ServerProcess.outrider("tracker", "run", "--state", state.toString(), "--nmea", "-")
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("driven.log").toFile())
                        .start();
        try {
            var vehicle = SimulatedVehicle.at(3, Instant.now(), Duration.ofSeconds(1));
            drive(tracker, vehicle);
            await().atMost(WAIT).until(() -> stored() == 1);

            server.run("fleet", "quarantine", "acme.driven");
            drive(tracker, vehicle);
            await().atMost(WAIT).until(() -> refusals("acme.driven") > 0);
            assertThat(stored()).isEqualTo(1);
            server.run("fleet", "release", "acme.driven");

            await().atMost(WAIT).until(() -> stored() == 2);
            drive(tracker, vehicle);
            await().atMost(WAIT).until(() -> stored() == 3);
        } finally {
            tracker.destroyForcibly().waitFor();
        }
    }

    @Test
    void who_is_revoked_is_out_for_good_by_resumed_tls_and_under_a_new_enrolment_too()
            throws Exception {
        try (var other = tracker("acme.other");
                var sold = tracker("acme.sold1")) {
            assertThat(other.connect()).isZero();
            for (String version : new String[] {"-tls1_3", "-tls1_2"}) {
                String session = "-sess_out " + folder.resolve("session" + version);
                assertThat(handshake(version, session)).contains("New, TLSv1");
            }
            await().atMost(WAIT).until(() -> admissions("acme.sold1") == 2);
            assertThat(sold.connect()).isZero();

            server.run("fleet", "revoke", "acme.sold1", "--reason", "sold, key not wiped");

            assertThat(sold.disconnectCode()).isEqualTo(0x98);
            assertThat(sold.connect()).isEqualTo(0x8a);
            for (String version : new String[] {"-tls1_3", "-tls1_2"}) {
                long before = refusals("acme.sold1");
                String session = "-sess_in " + folder.resolve("session" + version);
                assertThat(handshake(version, session)).contains("Reused, TLSv1");
                await().atMost(WAIT).until(() -> refusals("acme.sold1") == before + 1);
            }
            assertThat(admissions("acme.sold1")).isEqualTo(3);
            server.run("fleet", "remove", "acme.sold1");
            server.enrol("acme.sold1", folder.resolve("sold-again"));
            assertThat(sold.connect()).as("the old certificate").isEqualTo(0x87);
            var next = Files.ofTracker(folder.resolve("sold-again"));
            try (var anew = new LiveClient(server, next, "acme.sold1")) {
                assertThat(anew.connect()).isZero();
            }
            assertThat(other.isConnected()).isTrue();
        }
    }

    @Test
    void a_removed_client_leaves_nothing_neither_will_nor_retained_nor_queued() throws Exception {
        String[] grants = {"--may-subscribe", "site/#", "--may-publish", "site/#"};
        var live = client("screen", grants);
        var away = alias(live, "screen.away");
        assertThat(away.connect()).isZero();
        away.subscribe("site/news");
        away.leave();
        assertThat(live.connect("site/will")).isZero();
        live.publish("site/kept", "kept", true);
        witness.publish("site/news", "queued", false);
        witness.subscribe("site/will");

        server.run("client", "remove", "screen");

        assertThat(live.disconnectCode()).isEqualTo(0x98);
        assertThat(live.connect()).isEqualTo(0x87);
        assertThat(witness.hears()).as("a will").isEmpty();
        witness.subscribe("site/kept");
        assertThat(witness.hears()).as("a retained message").isEmpty();
        try (var next = client("screen", grants);
                var nextAway = alias(next, "screen.away")) {
            assertThat(nextAway.connect()).isZero();
            assertThat(nextAway.isResumed()).isFalse();
            assertThat(nextAway.hears()).as("a queued message").isEmpty();
            assertThat(live.connect()).as("the old certificate").isEqualTo(0x87);
        }
    }

    @Test
    void a_grant_that_is_taken_back_ends_what_it_had_opened_and_nothing_else() throws Exception {
        try (var kept = client("desk", "--may-subscribe", "site/a", "site/b");
                var lost = alias(kept, "desk.lost");
                var away = alias(kept, "desk.away")) {
            assertThat(kept.connect()).isZero();
            kept.subscribe("site/a");
            assertThat(lost.connect()).isZero();
            lost.subscribe("site/b");
            assertThat(away.connect()).isZero();
            away.subscribe("site/b");
            away.leave();
            witness.publish("site/b", "waiting", false);

            server.run("client", "ungrant", "desk", "--may-subscribe", "site/b");

            assertThat(lost.disconnectCode()).isEqualTo(0x98);
            assertThat(away.connect()).isZero();
            assertThat(away.isResumed()).isFalse();
            assertThat(away.hears()).isEmpty();
            assertThat(kept.isConnected()).isTrue();
            witness.publish("site/a", "still", false);
            assertThat(kept.next()).isEqualTo("still");
        }
    }

    private static LiveClient tracker(String name) throws Exception {
        Path state = folder.resolve(name);
        server.enrol(name, state);
        return new LiveClient(server, Files.ofTracker(state), name);
    }

    /** Adds a client, its files in a new folder. */
    private static LiveClient client(String name, String... grants) throws Exception {
        Path out = java.nio.file.Files.createTempDirectory(folder, name);
        var command = new ArrayList<>(List.of("client", "add", name, "--out", out.toString()));
        command.addAll(List.of(grants));
        server.run(command.toArray(String[]::new));
        return new LiveClient(server, Files.ofClient(out, name), name);
    }

    /** The same client under another of its client identifiers. */
    private static LiveClient alias(LiveClient client, String clientId) throws Exception {
        return new LiveClient(server, client.files(), clientId);
    }

    private static void drive(Process tracker, SimulatedVehicle vehicle) throws IOException {
        tracker.getOutputStream().write(vehicle.next().getBytes(StandardCharsets.US_ASCII));
        tracker.getOutputStream().flush();
    }

    private static long stored() {
        return server.run("positions", "acme.driven").lines().count() - 1;
    }

    private static long refusals(String who) {
        return events("refused", "client", who);
    }

    private static long admissions(String who) {
        return events("connected", "who", who);
    }

    private static long events(String kind, String field, String value) {
        return server.run("events", "--kind", kind, "--json")
                .lines()
                .map(ControlServer.JSON::readTree)
                .filter((JsonNode event) -> event.path(field).asString().equals(value))
                .count();
    }

    /** A CONNECT over openssl, which leaves when the answer is there. */
    private static String handshake(String version, String session) throws Exception {
        String line =
                "openssl s_client -connect 127.0.0.1:%d -CAfile %s"
                                .formatted(server.port("trackers"), server.data().resolve("ca.pem"))
                        + " -cert %1$s/identity.pem -key %1$s/identity.key %2$s %3$s"
                                .formatted(folder.resolve("acme.sold1"), version, session);
        Process process = new ProcessBuilder("sh", "-c", line).redirectErrorStream(true).start();
        var said = new StringBuilder();
        OutputStream out = process.getOutputStream();
        out.write(CONNECT.getBytes(StandardCharsets.US_ASCII));
        out.flush();
        try (var in = process.getInputStream()) {
            for (int c = in.read(); c >= 0; c = in.read()) {
                said.append((char) c);
                if (c == CONNACK_LENGTH) {
                    out.close();
                }
            }
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).as(line).isTrue();
        return said.toString();
    }
}
