package io.outrider.fleet;

import java.util.List;

/** The tables of the registry, one entry for each version. Times are milliseconds since 1970. */
final class RegistrySchema {
    private RegistrySchema() {}

    private static final String FIRST =
            """
            CREATE TABLE registry(identity TEXT NOT NULL) STRICT;
            INSERT INTO registry VALUES (lower(hex(randomblob(16))));
            CREATE TABLE fleet(
                name TEXT PRIMARY KEY,
                created_at INTEGER NOT NULL) STRICT;
            CREATE TABLE tracker(
                enrolment INTEGER PRIMARY KEY AUTOINCREMENT,
                fleet TEXT NOT NULL REFERENCES fleet(name),
                name TEXT NOT NULL,
                added_at INTEGER NOT NULL,
                removed_at INTEGER,
                token_sha256 BLOB NOT NULL,
                token_expires_at INTEGER NOT NULL,
                enrolled_at INTEGER) STRICT;
            CREATE UNIQUE INDEX tracker_now ON tracker(fleet, name)
                WHERE removed_at IS NULL;
            CREATE TABLE identity_key(
                spki_sha256 TEXT PRIMARY KEY,
                spki BLOB NOT NULL,
                enrolment INTEGER NOT NULL REFERENCES tracker(enrolment)) STRICT;
            CREATE TABLE certificate(
                serial TEXT PRIMARY KEY,
                enrolment INTEGER NOT NULL REFERENCES tracker(enrolment),
                spki_sha256 TEXT NOT NULL REFERENCES identity_key(spki_sha256),
                issued_at INTEGER NOT NULL,
                not_after INTEGER NOT NULL,
                der BLOB NOT NULL) STRICT;
            CREATE INDEX certificate_by_enrolment ON certificate(enrolment, issued_at);
            """;

    /**
     * Standing, methods, clients, passwords and revocations. A certificate whose tracker was
     * removed before there was a list of them goes on the list now.
     */
    private static final String RIGHTS =
            """
            ALTER TABLE fleet ADD COLUMN methods TEXT;
            ALTER TABLE tracker ADD COLUMN methods TEXT;
            CREATE TABLE standing(
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                enrolment INTEGER NOT NULL REFERENCES tracker(enrolment),
                standing TEXT NOT NULL,
                at INTEGER NOT NULL,
                reason TEXT NOT NULL) STRICT;
            CREATE INDEX standing_by_enrolment ON standing(enrolment, id);
            CREATE TABLE client(
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                name TEXT NOT NULL,
                methods TEXT NOT NULL,
                added_at INTEGER NOT NULL,
                removed_at INTEGER) STRICT;
            CREATE UNIQUE INDEX client_now ON client(name) WHERE removed_at IS NULL;
            CREATE TABLE client_grant(
                client INTEGER NOT NULL REFERENCES client(number),
                position INTEGER NOT NULL,
                operation TEXT NOT NULL,
                filter TEXT NOT NULL,
                PRIMARY KEY (client, position)) STRICT;
            CREATE TABLE client_key(
                spki_sha256 TEXT PRIMARY KEY,
                spki BLOB NOT NULL,
                client INTEGER NOT NULL REFERENCES client(number)) STRICT;
            CREATE TABLE client_certificate(
                serial TEXT PRIMARY KEY,
                client INTEGER NOT NULL REFERENCES client(number),
                spki_sha256 TEXT NOT NULL REFERENCES client_key(spki_sha256),
                issued_at INTEGER NOT NULL,
                not_after INTEGER NOT NULL,
                der BLOB NOT NULL) STRICT;
            CREATE INDEX client_certificate_by_client ON client_certificate(client, issued_at);
            CREATE TABLE password(
                kind TEXT NOT NULL,
                number INTEGER NOT NULL,
                stored TEXT NOT NULL,
                set_at INTEGER NOT NULL,
                PRIMARY KEY (kind, number)) STRICT;
            CREATE TABLE revocation(
                serial TEXT PRIMARY KEY,
                revoked_at INTEGER NOT NULL,
                not_after INTEGER NOT NULL,
                reason INTEGER NOT NULL) STRICT;
            CREATE INDEX revocation_by_end ON revocation(not_after);
            INSERT INTO revocation(serial, revoked_at, not_after, reason)
                SELECT c.serial, t.removed_at, c.not_after, 5
                FROM certificate c JOIN tracker t ON t.enrolment = c.enrolment
                WHERE t.removed_at IS NOT NULL AND t.removed_at < c.not_after;
            """;

    static final List<String> MIGRATIONS = List.of(FIRST, RIGHTS);
}
