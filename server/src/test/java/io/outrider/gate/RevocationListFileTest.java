package io.outrider.gate;

import static io.outrider.gate.ForeignAuthority.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.gate.ForeignAuthority.Draft;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Revocation lists of another authority, in a file that it replaces. */
class RevocationListFileTest {
    private static final Duration DAY = Duration.ofDays(1);

    private final ForeignAuthority root = ForeignAuthority.root("Their root");
    private final ForeignAuthority issuing = root.below("Their issuing CA");
    private final X509Certificate good = issuing.issue(new Draft("CN=acme.truck-7"));
    private final X509Certificate bad = issuing.issue(new Draft("CN=acme.truck-8"));

    private final X509Certificate stranger =
            ForeignAuthority.root("Another").issue(new Draft("CN=acme.truck-8"));

    @TempDir Path directory;
    private Path file;
    private TrustAnchorSet set;

    @BeforeEach
    void open() {
        file = directory.resolve("their.crl");
        set = newSet();
    }

    @Test
    void without_a_usable_list_nobody_gets_in_and_it_says_why() throws Exception {
        assertBad(set, good, NOW, "it cannot be read");
        Files.writeString(file, "");
        assertBad(newSet(), good, NOW, "0 lists in it");
        Files.writeString(file, "no list at all");
        assertBad(newSet(), good, NOW, "no revocation list");
        write(issuing.list(NOW.minus(DAY), NOW));
        assertBad(newSet(), good, NOW, "it is too old, the next was due 2026-11-22T10:00:00Z");
        write(issuing.list(NOW.plusSeconds(1), NOW.plus(DAY)));
        assertBad(newSet(), good, NOW, "not valid before");
        byte[] cut = issuing.list(NOW.minus(DAY), NOW.plus(DAY)).getEncoded();
        Files.write(file, Arrays.copyOf(cut, cut.length - 1));
        assertBad(newSet(), good, NOW, "no revocation list");
        assertThat(status().trouble().orElseThrow()).startsWith("nobody of that authority");
    }

    @Test
    void a_list_that_somebody_else_has_signed_is_none() throws Exception {
        write(ForeignAuthority.root("Their issuing CA").list(NOW.minus(DAY), NOW.plus(DAY)));
        assertBad(set, good, NOW, "in the name of CN=Their issuing CA, who has not signed it");
        assertThat(status().trouble().orElseThrow()).contains("who has not signed it");

        write(
                issuing.list(NOW.minus(DAY), NOW.plus(DAY)),
                ForeignAuthority.root("Their root").list(NOW.minus(DAY), NOW.plus(DAY)));
        assertBad(newSet(), good, NOW, "in the name of CN=Their root, who has not signed it");
    }

    @Test
    void a_list_of_another_authority_leaves_out_whom_it_says_that_it_leaves_out() throws Exception {
        for (ForeignAuthority other : List.of(root, ForeignAuthority.root("Another"))) {
            write(other.list(NOW.minus(DAY), NOW.plus(DAY)));

            assertBad(newSet(), good, NOW, "no revocation list from whoever issued this");
            assertThat(status().trouble())
                    .contains(
                            "nobody with a certificate of CN=Their issuing CA gets in: the lists"
                                    + " in it are of "
                                    + other.certificate().getSubjectX500Principal().getName());
        }
    }

    @Test
    void an_authority_that_may_not_sign_lists_has_signed_none() throws Exception {
        var draft = new Draft("CN=Their issuing CA").asAuthority().keyUsage(KeyUsage.keyCertSign);
        ForeignAuthority mute = root.below("Their issuing CA", draft);
        write(mute.list(NOW.minus(DAY), NOW.plus(DAY)));

        assertThat(
                        new RevocationListFile(file, List.of(mute.certificate()))
                                .status(NOW)
                                .trouble()
                                .orElseThrow())
                .contains("who has not signed it");
    }

    /** As it was configured before intermediates could be given: the peer sends its own. */
    @Test
    void a_list_of_an_intermediate_that_only_its_peers_know_lets_them_in_and_is_told_of()
            throws Exception {
        write(issuing.list(NOW.minus(DAY), NOW.plus(DAY), bad));
        var rootAlone =
                new TrustAnchorSet(List.of(root.certificate()), List.of(), Optional.of(file));

        assertThat(rootAlone.follow(List.of(good, issuing.certificate()), NOW))
                .isEqualTo(new TrustAnchorSet.Path.Good());
        assertThat(rootAlone.follow(List.of(bad, issuing.certificate()), NOW))
                .isInstanceOf(TrustAnchorSet.Path.Bad.class);
        assertThat(rootAlone.revocations().orElseThrow().status(NOW).trouble().orElseThrow())
                .contains("nobody with a certificate of CN=Their root gets in");
    }

    @Test
    void who_is_on_the_list_stays_out_and_who_is_not_comes_in() throws Exception {
        write(issuing.list(NOW.minus(DAY), NOW.plus(DAY), bad));

        assertBad(set, bad, NOW, "was revoked");
        assertGood(set, good, NOW);
        assertThat(status())
                .isEqualTo(
                        new RevocationListFile.Status(
                                file, Optional.of(NOW.plus(DAY)), Optional.empty()));
    }

    @Test
    void an_intermediate_on_its_issuers_list_takes_all_below_with_it() throws Exception {
        write(
                issuing.list(NOW.minus(DAY), NOW.plus(DAY)),
                root.list(NOW.minus(DAY), NOW.plus(DAY), issuing.certificate()));

        assertBad(set, good, NOW, "was revoked");
    }

    @Test
    void pem_and_der_are_read() throws Exception {
        X509CRL list = issuing.list(NOW.minus(DAY), NOW.plus(DAY), bad);
        Files.write(file, list.getEncoded());
        assertGood(newSet(), good, NOW);
        assertBad(newSet(), bad, NOW, "was revoked");
    }

    @Test
    void a_replaced_list_counts_within_ten_seconds_and_one_that_gets_old_at_once()
            throws Exception {
        write(issuing.list(NOW.minus(DAY), NOW.plus(DAY)));
        assertGood(set, bad, NOW);

        Path next = directory.resolve("next.crl");
        Files.write(next, pem(issuing.list(NOW.minus(DAY), NOW.plusSeconds(60), bad)));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);

        assertBad(set, bad, NOW.plusSeconds(10), "was revoked");
        assertGood(set, good, NOW.plusSeconds(11));
        assertBad(set, good, NOW.plusSeconds(60), "too old");
        Files.delete(file);
        assertBad(set, good, NOW.plusSeconds(70), "cannot be read");
        write(issuing.list(NOW.minus(DAY), NOW.plus(DAY)));
        assertGood(set, good, NOW.plusSeconds(80));
    }

    @Test
    void who_was_let_in_counts_as_revoked_when_a_usable_list_says_so_and_not_before()
            throws Exception {
        for (X509CRL useless :
                List.of(
                        issuing.list(NOW.minus(DAY), NOW, bad),
                        issuing.list(NOW.plusSeconds(1), NOW.plus(DAY), bad),
                        root.list(NOW.minus(DAY), NOW.plus(DAY), bad))) {
            write(useless);
            assertThat(revokedSince(bad)).isEmpty();
        }
        Files.delete(file);
        assertThat(revokedSince(bad)).isEmpty();

        write(issuing.list(NOW.minus(DAY), NOW.plus(DAY), bad));
        assertThat(revokedSince(good)).isEmpty();
        assertThat(revokedSince(stranger)).isEmpty();
        assertThat(revokedSince(bad)).contains("a certificate of the chain was revoked");
        write(
                issuing.list(NOW.minus(DAY), NOW.plus(DAY)),
                root.list(NOW.minus(DAY), NOW.plus(DAY), issuing.certificate()));
        assertThat(revokedSince(good)).contains("a certificate of the chain was revoked");
    }

    private RevocationListFile.Status status() {
        return newSet().revocations().orElseThrow().status(NOW);
    }

    private Optional<String> revokedSince(X509Certificate leaf) {
        var rule =
                (CertificateMapping.Parsed.Rule)
                        CertificateMapping.parse(
                                CertificateMapping.Source.SUBJECT_CN,
                                "{fleet}.{tracker}",
                                Optional.empty());
        var own =
                new TrustAnchorSet(
                        List.of(ForeignAuthority.root("Ours").certificate()),
                        List.of(),
                        Optional.empty());
        var policy =
                new CertificatePolicy(
                        "test.example",
                        _ -> Optional.empty(),
                        () -> own,
                        List.of(new CertificatePolicy.Foreign(newSet(), rule.mapping())));
        return policy.revokedSince(new X509Certificate[] {leaf}, NOW);
    }

    private TrustAnchorSet newSet() {
        return new TrustAnchorSet(
                List.of(root.certificate()), List.of(issuing.certificate()), Optional.of(file));
    }

    private static void assertGood(TrustAnchorSet set, X509Certificate leaf, Instant now) {
        assertThat(set.follow(List.of(leaf), now)).isEqualTo(new TrustAnchorSet.Path.Good());
    }

    private static void assertBad(
            TrustAnchorSet set, X509Certificate leaf, Instant now, String why) {
        assertThat(set.follow(List.of(leaf), now))
                .isInstanceOfSatisfying(
                        TrustAnchorSet.Path.Bad.class,
                        bad -> assertThat(bad.reason()).contains(why));
    }

    private void write(X509CRL... lists) throws Exception {
        Files.write(file, pem(lists));
    }

    private static byte[] pem(X509CRL... lists) throws Exception {
        var text = new ByteArrayOutputStream();
        for (X509CRL list : lists) {
            String body = Base64.getMimeEncoder().encodeToString(list.getEncoded());
            text.writeBytes(
                    "-----BEGIN X509 CRL-----\n%s\n-----END X509 CRL-----\n"
                            .formatted(body)
                            .getBytes(StandardCharsets.US_ASCII));
        }
        return text.toByteArray();
    }
}
