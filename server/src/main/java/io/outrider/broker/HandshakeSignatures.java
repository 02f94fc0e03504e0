package io.outrider.broker;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ECDSA for TLS handshakes, native: the JDK's was half of what a handshake costs. TLS itself stays
 * the JDK's, which has no way to be given a provider of its own. So this one is there for the whole
 * process, but has nothing to offer to any thread that was not made by {@link #THREADS}. Safe for
 * use by many threads.
 */
final class HandshakeSignatures extends Provider {
    static final String NAME = "OutriderHandshakes";

    /** Makes the threads that this is for. */
    static final ThreadFactory THREADS = HandshakeThread::new;

    private static final Logger log = LoggerFactory.getLogger(HandshakeSignatures.class);

    private static final List<String> ALGORITHMS =
            List.of("SHA256withECDSA", "SHA384withECDSA", "SHA512withECDSA");

    private HandshakeSignatures(Provider source) {
        super(NAME, "1", "ECDSA for TLS handshakes");
        for (String algorithm : ALGORITHMS) {
            putService(new OnHandshakeThreads(this, source.getService("Signature", algorithm)));
        }
    }

    /** Makes it known to the process, once. Where it cannot be had, the JDK does all by itself. */
    static synchronized void install() {
        if (Security.getProvider(NAME) != null) {
            return;
        }
        AmazonCorrettoCryptoProvider source = AmazonCorrettoCryptoProvider.INSTANCE;
        Throwable trouble = source.getLoadingError();
        if (trouble == null) {
            var _ = Security.insertProviderAt(new HandshakeSignatures(source), 1);
        } else {
            log.warn(
                    "TLS handshakes cost twice as much here: the native ECDSA does not load ({})",
                    String.valueOf(trouble));
        }
    }

    private static final class HandshakeThread extends Thread {
        HandshakeThread(Runnable work) {
            super(work, "broker-tls");
            setDaemon(true);
        }
    }

    /** One algorithm of another provider. */
    private static final class OnHandshakeThreads extends Service {
        private final Service source;

        OnHandshakeThreads(Provider provider, Service source) {
            super(
                    provider,
                    source.getType(),
                    source.getAlgorithm(),
                    source.getClassName(),
                    List.of(),
                    Map.of());
            this.source = source;
        }

        /** Whoever asks for a signature then gets that of the next provider. */
        @Override
        public Object newInstance(@Nullable Object parameter) throws NoSuchAlgorithmException {
            if (Thread.currentThread() instanceof HandshakeThread) {
                return source.newInstance(parameter);
            }
            throw new NoSuchAlgorithmException("for TLS handshakes only");
        }

        @Override
        public boolean supportsParameter(@Nullable Object parameter) {
            return source.supportsParameter(parameter);
        }
    }
}
