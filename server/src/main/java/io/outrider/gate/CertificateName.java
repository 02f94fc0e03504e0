package io.outrider.gate;

import io.outrider.topic.TrackerId;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.NamingException;
import javax.naming.ldap.LdapName;
import javax.security.auth.x500.X500Principal;

/**
 * Reads whom a certificate names. Whether its chain leads to our authority is not asked here: TLS
 * has settled that before anything of MQTT was read.
 */
final class CertificateName {
    /** GeneralName's tag for a URI (RFC 5280, section 4.2.1.6). */
    private static final int URI = 6;

    /** id-kp-clientAuth (RFC 5280, section 4.2.1.12). */
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    private CertificateName() {}

    sealed interface Reading {
        /** A tracker, or a client. */
        record Names(String name) implements Reading {}

        record Objection(String reason) implements Reading {}
    }

    /**
     * One subject alternative name, which is the URI of a tracker or client of this installation, a
     * common name equal to it, made for clients and for nothing that signs.
     */
    static Reading read(X509Certificate certificate, String installation) {
        try {
            if (certificate.getBasicConstraints() >= 0) {
                return objection("is one of an authority");
            }
            List<String> usages = certificate.getExtendedKeyUsage();
            if (usages == null || !usages.contains(CLIENT_AUTH)) {
                return objection("is not made for clients (no extended key usage clientAuth)");
            }
            Optional<String> name = soleUri(certificate).flatMap(u -> parse(u, installation));
            if (name.isEmpty()) {
                return objection("does not name one tracker or client of this installation (URI)");
            }
            if (!commonNames(certificate.getSubjectX500Principal()).equals(List.of(name.get()))) {
                return objection("has a common name that is not its identity's");
            }
            return new Reading.Names(name.get());
        } catch (CertificateParsingException | NamingException e) {
            return objection("cannot be read");
        }
    }

    private static Reading objection(String what) {
        return new Reading.Objection("the certificate " + what);
    }

    private static Optional<String> soleUri(X509Certificate certificate)
            throws CertificateParsingException {
        var names = certificate.getSubjectAlternativeNames();
        if (names == null || names.size() != 1) {
            return Optional.empty();
        }
        List<?> name = names.iterator().next();
        return name.get(0).equals(URI) && name.get(1) instanceof String uri
                ? Optional.of(uri)
                : Optional.empty();
    }

    /** Accepts what we write, letter for letter, and no other spelling of it. */
    private static Optional<String> parse(String uri, String installation) {
        String[] parts = uri.split("/", -1);
        if (parts.length == 7 && TrackerId.isName(parts[4]) && TrackerId.isName(parts[6])) {
            var tracker = new TrackerId(parts[4], parts[6]);
            return uri.equals(tracker.uri(installation))
                    ? Optional.of(tracker.toString())
                    : Optional.empty();
        }
        if (parts.length == 5 && TrackerId.isName(parts[4])) {
            return uri.equals("spiffe://" + installation + "/client/" + parts[4])
                    ? Optional.of(parts[4])
                    : Optional.empty();
        }
        return Optional.empty();
    }

    private static List<String> commonNames(X500Principal subject)
            throws InvalidNameException, NamingException {
        var names = new ArrayList<String>();
        for (var part : new LdapName(subject.getName(X500Principal.RFC2253)).getRdns()) {
            var commonName = part.toAttributes().get("CN");
            for (int i = 0; commonName != null && i < commonName.size(); i++) {
                names.add(String.valueOf(commonName.get(i)));
            }
        }
        return names;
    }
}
