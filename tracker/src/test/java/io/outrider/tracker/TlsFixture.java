package io.outrider.tracker;

import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x509.GeneralName;

/** TLS contexts of servers that an authority certifies. */
final class TlsFixture {
    private TlsFixture() {}

    /** Of a server with this DNS name, that shows its whole chain and asks for clients' chains. */
    static SSLContext server(TestAuthority authority, String dnsName) throws Exception {
        KeyPair keys = TestAuthority.keys();
        X509Certificate leaf =
                authority.serverCertificate(
                        keys.getPublic(), new GeneralName(GeneralName.dNSName, dnsName));
        char[] password = "in memory only".toCharArray();
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, password);
        own.setKeyEntry(
                "server",
                keys.getPrivate(),
                password,
                List.of(leaf, authority.issuing, authority.root).toArray(new X509Certificate[0]));
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("PKIX");
        keyManagers.init(own, password);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, password);
        trusted.setCertificateEntry("root", authority.root);
        TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
        trustManagers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
        return context;
    }
}
