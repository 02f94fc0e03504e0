package io.outrider.dashboard;

import io.outrider.position.Position;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/** The JSON that the browser gets, field by field. What is unknown is null. */
final class Views {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN).build();

    private Views() {}

    static byte[] json(Object view) {
        return MAPPER.writeValueAsBytes(view);
    }

    /** Digits as the receiver gave them: seven places of a degree, three of a metre. */
    record PositionView(
            Instant time,
            BigDecimal latitudeDeg,
            BigDecimal longitudeDeg,
            @Nullable BigDecimal speedMps,
            @Nullable BigDecimal courseDeg,
            @Nullable BigDecimal altitudeM,
            @Nullable Integer fixQuality,
            @Nullable Integer satellites,
            @Nullable BigDecimal hdop) {

        static PositionView of(Position position) {
            return new PositionView(
                    position.time(),
                    BigDecimal.valueOf(position.latitudeE7(), 7),
                    BigDecimal.valueOf(position.longitudeE7(), 7),
                    scaled(position.speedMmPerS(), 3),
                    scaled(position.courseCentideg(), 2),
                    scaled(position.altitudeMm(), 3),
                    position.fixQuality(),
                    position.satellites(),
                    scaled(position.hdopCenti(), 2));
        }

        private static @Nullable BigDecimal scaled(@Nullable Integer value, int places) {
            return value == null ? null : BigDecimal.valueOf(value, places);
        }
    }

    /** A tracker without a position has never been heard. */
    record VehicleView(
            String fleet,
            String tracker,
            @Nullable Instant receivedAt,
            @Nullable PositionView position) {

        static VehicleView of(LiveHub.Vehicle vehicle) {
            Sighting sighting = vehicle.sighting();
            return new VehicleView(
                    vehicle.member().tracker().fleet(),
                    vehicle.member().tracker().tracker(),
                    sighting == null ? null : sighting.receivedAt(),
                    sighting == null ? null : PositionView.of(sighting.position()));
        }
    }

    /**
     * Everything at once.
     *
     * @param now the server's clock, since the browser's may be wrong
     * @param cursor what {@code /api/live?after=} goes on from
     */
    record VehiclesView(Instant now, String cursor, List<VehicleView> vehicles) {}

    /** What changed. */
    record ChangesView(Instant now, List<VehicleView> vehicles) {}

    /** A sign of life on a stream. */
    record BeatView(Instant now) {}

    /**
     * The day of one tracker.
     *
     * @param day the day in that time zone
     * @param count how many positions there are, of which {@code points} may be a part
     */
    record TrackView(
            String fleet,
            String tracker,
            LocalDate day,
            String zone,
            long count,
            List<PositionView> points) {}

    /**
     * Who is signed in.
     *
     * @param setUpPending whether nobody has an account yet
     */
    record SessionView(@Nullable String user, boolean setUpPending) {}

    /**
     * Why not.
     *
     * @param error a word for programs
     * @param message a sentence for people
     */
    record ErrorView(String error, String message) {}
}
