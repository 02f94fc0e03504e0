package io.outrider.fleet;

import java.security.cert.X509Certificate;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The certificates that are in force, by their digest. Read by any thread; written under the
 * registry's monitor. Bounded by the number of identities times {@link #EACH_MAX}.
 */
final class IssuedCertificates {
    /** Of one identity the newest; an older one is looked at in full when it comes. */
    static final int EACH_MAX = 4;

    private final Map<Sha256, IssuedCertificate> bySha256 = new ConcurrentHashMap<>();
    private final Map<RightsChange.Who, Deque<Sha256>> byOwner = new HashMap<>();

    /** One row of a table of certificates. */
    record Row(long number, String name, X509Certificate certificate, Sha256 sha256) {
        static Row read(ResultSet row) throws SQLException {
            byte[] der = row.getBytes("der");
            return new Row(
                    row.getLong("number"),
                    row.getString("name"),
                    CertificateCodec.decode(der),
                    Sha256.over(der));
        }
    }

    void load(IdentityKind kind, List<Row> rows) {
        for (Row row : rows) {
            var who = new RightsChange.Who(kind, row.name, row.number);
            put(who, row.certificate, row.sha256);
        }
    }

    void put(RightsChange.Who who, X509Certificate certificate) {
        put(who, certificate, Sha256.over(CertificateCodec.encode(certificate)));
    }

    private void put(RightsChange.Who who, X509Certificate certificate, Sha256 sha256) {
        Deque<Sha256> own = byOwner.computeIfAbsent(who, _ -> new ArrayDeque<>(1));
        own.addLast(sha256);
        if (own.size() > EACH_MAX) {
            bySha256.remove(own.removeFirst());
        }
        bySha256.put(
                sha256,
                new IssuedCertificate(
                        who,
                        certificate.getNotBefore().toInstant(),
                        certificate.getNotAfter().toInstant()));
    }

    /** All of this one's; those are in force no more. */
    void forget(RightsChange.Who who) {
        Deque<Sha256> own = byOwner.remove(who);
        if (own != null) {
            own.forEach(bySha256::remove);
        }
    }

    Optional<IssuedCertificate> find(byte[] sha256) {
        return Optional.ofNullable(bySha256.get(Sha256.ofDigest(sha256)));
    }
}
