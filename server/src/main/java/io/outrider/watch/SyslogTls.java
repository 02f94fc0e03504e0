package io.outrider.watch;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/**
 * Opens TLS connections to the receiver: version 1.3 or 1.2, its chain and its name verified (RFC
 * 5425, section 5; the name as in HTTPS). There is no way to leave a check out.
 */
final class SyslogTls {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final String[] CIPHER_SUITES = {
        "TLS_AES_256_GCM_SHA384",
        "TLS_AES_128_GCM_SHA256",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    };

    private final SyslogConfig config;
    private final SSLContext context;

    private SyslogTls(SyslogConfig config, SSLContext context) {
        this.config = config;
        this.context = context;
    }

    /**
     * Reads the files that the configuration names.
     *
     * @throws IOException where one of them is missing or not what it should be; the message says
     *     which
     */
    static SyslogTls of(SyslogConfig config) throws IOException {
        try {
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            if (config.caFile().isPresent()) {
                trust.init(authorities(config.caFile().get()));
            } else {
                trust.init((KeyStore) null); // those of the system
            }
            KeyManager[] keys =
                    config.client().isPresent() ? keys(config.client().get()) : new KeyManager[0];
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust.getTrustManagers(), null);
            return new SyslogTls(config, context);
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS to the syslog receiver: " + e.getMessage(), e);
        }
    }

    /** A connection whose handshake is complete. */
    SSLSocket connect() throws IOException {
        var plain = new Socket();
        try {
            plain.connect(
                    new InetSocketAddress(config.host(), config.port()),
                    (int) CONNECT_MAX.toMillis());
            plain.setSoTimeout((int) CONNECT_MAX.toMillis());
            plain.setKeepAlive(true);
            var socket =
                    (SSLSocket)
                            context.getSocketFactory()
                                    .createSocket(plain, config.host(), config.port(), true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(PROTOCOLS);
            parameters.setCipherSuites(CIPHER_SUITES);
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket;
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    private static KeyStore authorities(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = emptyStore();
        for (Certificate certificate : certificates(file)) {
            store.setCertificateEntry("ca-" + store.size(), certificate);
        }
        return store;
    }

    private static KeyManager[] keys(SyslogConfig.ClientKey client)
            throws IOException, GeneralSecurityException {
        Certificate[] chain = certificates(client.chainFile()).toArray(new Certificate[0]);
        KeyStore store = emptyStore();
        char[] none = {};
        store.setKeyEntry("client", privateKey(client.keyFile()), none, chain);
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, none);
        return keys.getKeyManagers();
    }

    private static Collection<? extends Certificate> certificates(Path file)
            throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            var certificates = CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new IOException(file + " holds no certificate");
            }
            return certificates;
        }
    }

    private static PrivateKey privateKey(Path file) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
            throw new IOException("everybody can read the key " + file + ": chmod 600 it");
        }
        try (Reader in = Files.newBufferedReader(file, StandardCharsets.US_ASCII);
                var parser = new PEMParser(in)) {
            var converter = new JcaPEMKeyConverter();
            return switch (parser.readObject()) {
                case PrivateKeyInfo key -> converter.getPrivateKey(key);
                case PEMKeyPair pair -> converter.getKeyPair(pair).getPrivate();
                case null, default -> throw new IOException(file + " holds no private key in PEM");
            };
        }
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
