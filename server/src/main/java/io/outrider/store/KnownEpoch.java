package io.outrider.store;

import io.outrider.keys.KeyUnavailableException;
import io.outrider.seal.Announcement;
import io.outrider.seal.Bytes;
import io.outrider.seal.Secret;
import io.outrider.seal.Suite;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An epoch that a tracker announced, as the store keeps it.
 *
 * @param number 0 to 2^62 - 1; its low byte finds it among a tracker's last 256
 * @param journal the journal whose sequences its reports have
 * @param nextSequence what first sequences in its reports are relative to
 * @param timeBaseMs what times in its reports are relative to
 * @param wrappedSecret the epoch secret, sealed under the tracker's data key
 */
public record KnownEpoch(
        long enrolment,
        long number,
        long id,
        OptionalLong predecessor,
        long journal,
        long nextSequence,
        long timeBaseMs,
        Suite suite,
        long backendKeyId,
        Bytes encapsulation,
        Bytes wrappedSecret) {

    /** The columns of {@link #read}, in its order. */
    static final String COLUMNS =
            "number, id, predecessor, journal, next_sequence, time_base, suite, backend_key,"
                    + " encapsulation, secret";

    static KnownEpoch read(long enrolment, ResultSet row) throws SQLException {
        long predecessor = row.getLong(3);
        OptionalLong maybe = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(predecessor);
        int code = row.getInt(7);
        return new KnownEpoch(
                enrolment,
                row.getLong(1),
                row.getLong(2),
                maybe,
                row.getLong(4),
                row.getLong(5),
                row.getLong(6),
                Suite.ofCode(code)
                        .orElseThrow(() -> new StoreException("an epoch of suite " + code)),
                row.getLong(8),
                Bytes.copyOf(row.getBytes(9)),
                Bytes.copyOf(row.getBytes(10)));
    }

    /** Whether this is what the announcement says, in all that it says. */
    boolean isOf(Announcement announced) {
        return number == announced.epochNumber()
                && id == announced.epochId()
                && predecessor.equals(announced.predecessor())
                && journal == announced.journalId()
                && nextSequence == announced.nextSequence()
                && timeBaseMs == announced.timeBaseMs()
                && suite == announced.suite()
                && backendKeyId == announced.backendKeyId()
                && encapsulation.equals(announced.encapsulation());
    }

    /** The epoch secret, as it is kept. */
    static byte[] wrap(long enrolment, Announcement announced, Secret secret, AtRest atRest)
            throws KeyUnavailableException, AtRest.ErasedException {
        byte[] place =
                AtRest.Use.EPOCH_SECRET.of(enrolment, announced.epochNumber(), announced.epochId());
        byte[] plaintext = secret.exposeTo(byte[]::clone);
        try {
            return atRest.seal(enrolment, place, plaintext);
        } finally {
            Arrays.fill(plaintext, (byte) 0);
        }
    }

    /** The epoch secret; empty where the tracker was erased. */
    Optional<Secret> unwrap(AtRest atRest) throws KeyUnavailableException {
        byte[] place = AtRest.Use.EPOCH_SECRET.of(enrolment, number, id);
        try {
            return Optional.of(
                    Secret.owning(atRest.open(enrolment, place, wrappedSecret.toArray())));
        } catch (AtRest.ErasedException e) {
            return Optional.empty();
        }
    }
}
