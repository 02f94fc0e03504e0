package io.outrider.bench;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;
import javax.net.ssl.SSLEngine;

/** Whether a handshake took up an earlier session. */
final class Resumption {
    private Resumption() {}

    /** With the JDK's own TLS it cannot be told; there each context is new, and so its cache. */
    static boolean happened(SSLEngine engine) {
        return engine instanceof ReferenceCountedOpenSslEngine open
                && SSL.isSessionReused(open.sslPointer());
    }
}
