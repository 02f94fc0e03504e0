package io.outrider.bench;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Somebody who connects: a client id, and the key and certificates that prove it.
 *
 * @param clientId as in CONNECT; the common name of the certificate
 * @param chain its own certificate first; the root is not in it
 */
record Member(String clientId, PrivateKey key, List<X509Certificate> chain) {
    Member {
        chain = List.copyOf(chain);
    }
}
