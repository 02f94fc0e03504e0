package io.outrider.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.junit.jupiter.api.Test;

class CertificateRequestTest {
    private final KeyPair pair = TestRequests.newKey("secp256r1");

    @Test
    void what_is_not_one_request_in_base64_is_refused() {
        byte[] der = TestRequests.der(pair.getPublic(), pair.getPrivate(), "SHA256withECDSA");
        String good = Base64.getEncoder().encodeToString(der);

        assertRefused("", "PKCS #10");
        assertRefused("!" + good, "base64");
        assertRefused(good.substring(0, good.length() / 2 / 4 * 4), "PKCS #10");
        assertRefused("-----BEGIN CERTIFICATE REQUEST-----\n" + good, "base64");
        assertRefused(TestRequests.base64(Arrays.copyOf(der, der.length + 1)), "PKCS #10");
        assertRefused(TestRequests.base64(pair.getPublic().getEncoded()), "PKCS #10");
    }

    @Test
    void a_request_that_its_key_did_not_sign_is_refused() {
        KeyPair thief = TestRequests.newKey("secp256r1");
        byte[] stolen = TestRequests.der(pair.getPublic(), thief.getPrivate(), "SHA256withECDSA");
        assertRefused(TestRequests.base64(stolen), "not signed by its own key");

        byte[] der = TestRequests.der(pair.getPublic(), pair.getPrivate(), "SHA256withECDSA");
        der[der.length - 1] ^= 1;
        assertRefused(TestRequests.base64(der), "not signed by its own key");
    }

    @Test
    void a_weak_signature_is_refused() {
        byte[] der = TestRequests.der(pair.getPublic(), pair.getPrivate(), "SHA1withECDSA");

        assertRefused(TestRequests.base64(der), "SHA-256");
    }

    @Test
    void keys_of_other_kinds_are_refused() throws Exception {
        KeyPair p384 = TestRequests.newKey("secp384r1");
        assertRefused(TestRequests.request(p384), "P-256");
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2_048);
        KeyPair rsa = generator.generateKeyPair();
        byte[] der = TestRequests.der(rsa.getPublic(), rsa.getPrivate(), "SHA256withRSA");
        assertRefused(TestRequests.base64(der), "P-256");
    }

    @Test
    void a_point_that_is_not_on_the_curve_is_refused() {
        var info = SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded());
        byte[] point = info.getPublicKeyData().getOctets();
        point[64] ^= 1;
        var bad = new SubjectPublicKeyInfo(info.getAlgorithm(), point);

        byte[] der = TestRequests.der(bad, pair.getPrivate(), "SHA256withECDSA");

        assertRefused(TestRequests.base64(der), "not a point of P-256");
    }

    @Test
    void a_second_form_of_one_key_is_refused() {
        var info = SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded());
        byte[] point = info.getPublicKeyData().getOctets();
        byte[] compressed = Arrays.copyOf(point, 33);
        compressed[0] = (byte) (2 + (point[64] & 1));
        var other = new SubjectPublicKeyInfo(info.getAlgorithm(), compressed);

        byte[] der = TestRequests.der(other, pair.getPrivate(), "SHA256withECDSA");

        assertRefused(TestRequests.base64(der), "P");
    }

    @Test
    void a_good_request_gives_its_key_with_or_without_line_ends() throws Exception {
        String lines = TestRequests.request(pair);
        assertThat(lines).contains("\r\n");

        assertThat(CertificateRequest.publicKey(lines)).isEqualTo(pair.getPublic());
        assertThat(CertificateRequest.publicKey(lines.replace("\r\n", "")))
                .isEqualTo(pair.getPublic());
        assertThat(CertificateRequest.publicKey(lines.replace("\r\n", "\n ")))
                .isEqualTo(pair.getPublic());
    }

    private static void assertRefused(String request, String why) {
        assertThatThrownBy(() -> CertificateRequest.publicKey(request))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining(why);
    }
}
