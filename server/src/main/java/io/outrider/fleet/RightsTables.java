package io.outrider.fleet;

import java.math.BigInteger;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What trackers and clients have in common: passwords, methods, revocations. */
final class RightsTables {
    private final RegistryDatabase database;

    RightsTables(RegistryDatabase database) {
        this.database = database;
    }

    /** All passwords of a kind, by the number of whom they belong to. */
    Map<Long, String> passwords(IdentityKind kind) throws SQLException {
        var passwords = new HashMap<Long, String>();
        database.all(
                "SELECT number, stored FROM password WHERE kind = ?",
                row -> passwords.put(row.getLong(1), row.getString(2)),
                word(kind));
        return passwords;
    }

    void setPassword(RightsChange.Who who, String stored, Instant at) throws SQLException {
        database.update(
                "INSERT OR REPLACE INTO password(kind, number, stored, set_at) VALUES (?, ?, ?, ?)",
                word(who.kind()),
                who.number(),
                stored,
                at.toEpochMilli());
    }

    void deletePassword(RightsChange.Who who) throws SQLException {
        database.update(
                "DELETE FROM password WHERE kind = ? AND number = ?",
                word(who.kind()),
                who.number());
    }

    /** Each certificate that was ever issued to this one goes on the list, if it is not there. */
    void revokeCertificates(RightsChange.Who who, Instant at, Revocation.Reason reason)
            throws SQLException {
        String from =
                switch (who.kind()) {
                    case TRACKER -> " FROM certificate WHERE enrolment = ?";
                    case CLIENT -> " FROM client_certificate WHERE client = ?";
                };
        database.update(
                "INSERT OR IGNORE INTO revocation(serial, revoked_at, not_after, reason)"
                        + " SELECT serial, ?, not_after, ?"
                        + from,
                at.toEpochMilli(),
                reason.code(),
                who.number());
    }

    /** What was revoked and would not have ended by itself before this. */
    List<Revocation> revocations(Instant endingAfter) throws SQLException {
        return database.all(
                "SELECT serial, revoked_at, not_after, reason FROM revocation"
                        + " WHERE not_after > ? ORDER BY revoked_at, serial",
                row ->
                        new Revocation(
                                new BigInteger(row.getString("serial"), 16),
                                RegistryDatabase.instant(row, "revoked_at"),
                                RegistryDatabase.instant(row, "not_after"),
                                Revocation.Reason.ofCode(row.getInt("reason"))),
                endingAfter.toEpochMilli());
    }

    /** Such as {@code certificate,password}. */
    static String text(Set<Method> methods) {
        return EnumSet.copyOf(methods).stream()
                .map(method -> method.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(","));
    }

    /**
     * @param text null where nobody has said anything
     */
    static MethodPolicy policy(
            @Nullable String text, MethodPolicy.Source source, MethodPolicy otherwise)
            throws SQLException {
        if (text == null) {
            return otherwise;
        }
        try {
            var methods = EnumSet.noneOf(Method.class);
            for (String word : text.split(",", -1)) {
                methods.add(Method.valueOf(word.toUpperCase(Locale.ROOT)));
            }
            return new MethodPolicy(methods, source);
        } catch (IllegalArgumentException e) {
            throw new SQLException("not a policy of methods: " + text, e);
        }
    }

    private static String word(IdentityKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
