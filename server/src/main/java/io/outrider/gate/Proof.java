package io.outrider.gate;

import io.outrider.fleet.Grant;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a peer has proven of itself. Whoever makes one has verified it; the gate decides on it. */
public sealed interface Proof {

    /** Nothing that counts was shown. */
    record Nothing(String why) implements Proof {}

    /**
     * TLS has verified the chain to an authority of ours, and that the peer has the private key.
     */
    record OfCertificate(X509Certificate certificate) implements Proof {}

    /**
     * The same with an authority of the operator's choice, which answers for the name that its
     * certificates are mapped to.
     *
     * @param name of a tracker or a client
     */
    record OfMappedCertificate(String name, X509Certificate certificate) implements Proof {}

    /** The password of this name was right, or its SCRAM exchange. */
    record OfPassword(String name) implements Proof {}

    /**
     * A token of this subject was valid: signature, issuer, audience, times, and the certificate
     * that it is bound to, if any.
     *
     * @param name the subject
     * @param until its expiry
     * @param scopes empty where the token has none and so does not narrow the subject's rights
     */
    record OfToken(String name, Instant until, Optional<List<Grant>> scopes) implements Proof {}
}
