package io.outrider.store;

import java.util.List;

/** The tables of positions.db. Times are milliseconds since 1970-01-01 UTC. */
final class Schema {
    private static final String VERSION_1 =
            """
            -- Stored positions. Segments of one journal never overlap; inside one the receiver's
            -- time never runs backwards, spans at most an hour, and the verdict is one.
            CREATE TABLE segment(
                enrolment INTEGER NOT NULL,
                journal INTEGER NOT NULL,
                first INTEGER NOT NULL,
                count INTEGER NOT NULL,
                time_min INTEGER NOT NULL,
                time_max INTEGER NOT NULL,
                received INTEGER NOT NULL,
                verdict INTEGER NOT NULL,
                sealed BLOB NOT NULL,
                PRIMARY KEY(enrolment, journal, first)) WITHOUT ROWID, STRICT;
            -- The primary key is appended: the order of history.
            CREATE INDEX segment_by_time ON segment(enrolment, time_min);

            -- Runs that the tracker says it dropped. Disjoint, too.
            CREATE TABLE dropped(
                enrolment INTEGER NOT NULL,
                journal INTEGER NOT NULL,
                first INTEGER NOT NULL,
                count INTEGER NOT NULL,
                reason INTEGER NOT NULL,
                received INTEGER NOT NULL,
                PRIMARY KEY(enrolment, journal, first)) WITHOUT ROWID, STRICT;

            -- Sequences between a journal's first and last known that are neither of the above.
            CREATE TABLE gap(
                enrolment INTEGER NOT NULL,
                journal INTEGER NOT NULL,
                first INTEGER NOT NULL,
                count INTEGER NOT NULL,
                PRIMARY KEY(enrolment, journal, first)) WITHOUT ROWID, STRICT;

            -- A tracker's last epochs: what was announced, and the secret under its data key.
            CREATE TABLE epoch(
                enrolment INTEGER NOT NULL,
                number INTEGER NOT NULL,
                id INTEGER NOT NULL,
                predecessor INTEGER,
                journal INTEGER NOT NULL,
                next_sequence INTEGER NOT NULL,
                time_base INTEGER NOT NULL,
                suite INTEGER NOT NULL,
                backend_key INTEGER NOT NULL,
                encapsulation BLOB NOT NULL,
                secret BLOB NOT NULL,
                received INTEGER NOT NULL,
                PRIMARY KEY(enrolment, number)) WITHOUT ROWID, STRICT;

            -- Counters seen in an epoch, sixteen a row: a bit each, and eight bytes of its tag.
            CREATE TABLE counter(
                enrolment INTEGER NOT NULL,
                epoch INTEGER NOT NULL,
                chunk INTEGER NOT NULL,
                seen INTEGER NOT NULL,
                tags BLOB NOT NULL,
                PRIMARY KEY(enrolment, epoch, chunk)) WITHOUT ROWID, STRICT;

            CREATE TABLE refused(
                id INTEGER PRIMARY KEY,
                enrolment INTEGER NOT NULL,
                channel TEXT NOT NULL,
                reason TEXT NOT NULL,
                received INTEGER NOT NULL,
                size INTEGER NOT NULL,
                sealed BLOB NOT NULL) STRICT;
            CREATE INDEX refused_by_tracker ON refused(enrolment);

            CREATE TABLE tally(
                name TEXT PRIMARY KEY,
                count INTEGER NOT NULL) WITHOUT ROWID, STRICT;
            """;

    private static final String VERSION_2 =
            """
            -- Segments in the order in which they came, so that a commit of many trackers' reports
            -- changes few pages. Many at a time they move to the table of their name.
            CREATE TABLE landed(
                id INTEGER PRIMARY KEY,
                enrolment INTEGER NOT NULL,
                journal INTEGER NOT NULL,
                first INTEGER NOT NULL,
                count INTEGER NOT NULL,
                time_min INTEGER NOT NULL,
                time_max INTEGER NOT NULL,
                received INTEGER NOT NULL,
                verdict INTEGER NOT NULL,
                sealed BLOB NOT NULL) STRICT;
            CREATE INDEX landed_by_place ON landed(enrolment, journal, first);

            -- Each stored segment once, wherever it is by now.
            CREATE VIEW stored AS
                SELECT enrolment, journal, first, count, time_min, time_max, received, verdict,
                    sealed FROM segment
                UNION ALL
                SELECT enrolment, journal, first, count, time_min, time_max, received, verdict,
                    sealed FROM landed;

            -- Counters that are not in their table yet, a row a commit: of each its enrolment,
            -- epoch, counter and tag, eight bytes each.
            CREATE TABLE sighting(
                id INTEGER PRIMARY KEY,
                counters BLOB NOT NULL) STRICT;
            """;

    static final List<String> MIGRATIONS = List.of(VERSION_1, VERSION_2);

    private Schema() {}
}
