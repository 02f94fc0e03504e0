package io.outrider.gate;

import static io.outrider.gate.ForeignAuthority.NOW;
import static io.outrider.gate.ForeignAuthority.newEc;
import static io.outrider.gate.ForeignAuthority.newRsa;
import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.fleet.IdentityKind;
import io.outrider.fleet.IssuedCertificate;
import io.outrider.fleet.RightsChange;
import io.outrider.gate.CertificatePolicy.Profile;
import io.outrider.gate.CertificatePolicy.Verdict;
import io.outrider.gate.ForeignAuthority.Draft;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

class CertificatePolicyTest {
    private static final Duration DAY = Duration.ofDays(1);

    private final ForeignAuthority ownRoot = ForeignAuthority.root("Our root");
    private final ForeignAuthority own = ownRoot.below("Our issuing CA");
    private final ForeignAuthority theirRoot = ForeignAuthority.root("Their root");
    private final ForeignAuthority theirs = theirRoot.below("Their issuing CA");
    private final Map<String, IssuedCertificate> issued = new HashMap<>();

    @Test
    void a_chain_of_nobody_of_too_many_or_of_strangers_is_worth_nothing() {
        assertObjection(verify(), "a chain of 0 certificates");
        X509Certificate leaf = own.issue(ours("acme.truck-7"));
        var many = new X509Certificate[9];
        Arrays.fill(many, leaf);
        assertObjection(verify(many), "a chain of 9 certificates");
        var stranger = ForeignAuthority.root("Stranger");
        assertObjection(
                verify(stranger.issue(ours("acme.truck-7")), stranger.certificate()),
                "leads to no authority that is believed here");
    }

    @Test
    void a_namesake_of_our_authority_is_not_ours() {
        var namesake = ForeignAuthority.root("Our root");
        var namesakeBelow = namesake.below("Our issuing CA");

        assertObjection(
                verify(namesake.issue(ours("acme.truck-7")), namesake.certificate()),
                "a signature of the chain is wrong");
        assertObjection(
                verify(
                        namesakeBelow.issue(ours("acme.truck-7")),
                        namesakeBelow.certificate(),
                        namesake.certificate()),
                "a signature of the chain is wrong");
        // Ours beside it in the chain, to lend it some of its light.
        assertObjection(
                verify(namesakeBelow.issue(ours("acme.truck-7")), own.certificate()),
                "a signature of the chain is wrong");
    }

    @Test
    void chains_that_go_in_circles_end() {
        var first = ForeignAuthority.root("First");
        var second = first.below("Second");
        X509Certificate back =
                second.below("First", new Draft("CN=First").asAuthority()).certificate();

        assertObjection(
                verify(second.issue(ours("acme.truck-7")), second.certificate(), back),
                "leads to no authority that is believed here");
    }

    @Test
    void a_leaf_has_to_be_made_for_clients_and_for_signatures_and_now() {
        assertObjection(
                ofOwn(ours("acme.truck-7").purpose(KeyPurposeId.id_kp_serverAuth)),
                "not made for clients");
        assertObjection(
                ofOwn(ours("acme.truck-7").purpose(KeyPurposeId.anyExtendedKeyUsage)),
                "not made for clients");
        assertObjection(
                ofOwn(ours("acme.truck-7").keyUsage(KeyUsage.keyEncipherment)),
                "not made for signatures");
        assertObjection(ofOwn(ours("acme.truck-7").asAuthority()), "is one of an authority");
        assertObjection(ofOwn(ours("acme.truck-7").valid(NOW.minus(DAY), NOW)), "has expired");
        assertObjection(
                ofOwn(ours("acme.truck-7").valid(NOW.plusSeconds(1), NOW.plus(DAY))),
                "is not valid yet");
        assertNames(
                ofOwn(ours("acme.truck-7").valid(NOW, NOW.plusSeconds(1))),
                "acme.truck-7",
                Profile.OWN);
    }

    @Test
    void weak_keys_are_refused_and_the_weakest_that_is_not_is_taken() {
        Draft draft = ours("acme.truck-7");
        for (var weak : List.of(newRsa(1_024), newRsa(2_040), newEc("secp224r1"))) {
            assertObjection(verify(own.issue(draft, weak)), "a key that is too weak");
        }
        for (var strong : List.of(newRsa(2_048), newEc("secp384r1"), newEc("secp521r1"))) {
            assertNames(verify(own.issue(draft, strong)), "acme.truck-7", Profile.OWN);
        }
    }

    @Test
    void sha_1_is_refused_anywhere_in_the_chain() {
        assertObjection(
                verify(own.issue(ours("acme.truck-7"), "SHA1withECDSA")),
                "signed with an algorithm that is not accepted");
        var weakRoot = ForeignAuthority.root("Weak root", newEc("secp256r1"), "SHA1withECDSA");
        var below = weakRoot.below("Below");
        assertObjection(
                policy(new TrustAnchorSet(List.of(weakRoot.certificate()), List.of(), none()))
                        .verify(
                                chain(
                                        below.issue(new Draft("CN=acme.truck-7")),
                                        below.certificate()),
                                NOW),
                "signed with an algorithm that is not accepted");
        assertNames(
                verify(own.issue(ours("acme.truck-7"), "SHA384withECDSA")),
                "acme.truck-7",
                Profile.OWN);
    }

    @Test
    void rsa_authorities_sign_by_pkcs_1_and_pss_with_sha_256_but_not_with_sha_1() {
        var root = ForeignAuthority.root("RSA root", newRsa(2_048), "SHA256withRSA");
        var policy = policy(new TrustAnchorSet(List.of(root.certificate()), List.of(), none()));
        var draft = new Draft("CN=acme.truck-7");

        for (String bad : new String[] {"SHA1withRSA", "SHA1withRSAandMGF1"}) {
            assertObjection(
                    policy.verify(chain(root.issue(draft, bad)), NOW), "algorithm that is not");
        }
        for (String good : new String[] {"SHA256withRSA", "SHA256withRSAandMGF1"}) {
            assertNames(
                    policy.verify(chain(root.issue(draft, good)), NOW),
                    "acme.truck-7",
                    Profile.MAPPED);
        }
    }

    @Test
    void a_leaf_of_theirs_has_to_be_made_for_clients_too() {
        var policy = policy(theirSet(none()));
        for (var purpose :
                List.of(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.anyExtendedKeyUsage)) {
            assertObjection(
                    policy.verify(
                            chain(theirs.issue(new Draft("CN=acme.truck-7").purpose(purpose))),
                            NOW),
                    "not made for clients");
        }
        assertObjection(
                policy.verify(
                        chain(theirs.issue(new Draft("CN=acme.truck-7").withoutPurpose())), NOW),
                "not made for clients");
    }

    @Test
    void an_authority_whose_own_time_is_over_names_nobody() {
        var policy = policy(theirSet(none()));
        var leaf =
                theirs.issue(
                        new Draft("CN=acme.truck-7")
                                .valid(NOW.minus(DAY), NOW.plus(DAY.multipliedBy(9))));

        assertObjection(
                policy.verify(chain(leaf), NOW.plus(DAY.multipliedBy(2))),
                "the authority of this certificate is not valid at this time");
    }

    @Test
    void what_is_no_authority_issues_nothing() {
        var posing = theirs.below("Posing", new Draft("CN=Posing"));

        assertObjection(
                policy(theirSet(none()))
                        .verify(
                                chain(
                                        posing.issue(new Draft("CN=acme.truck-7")),
                                        posing.certificate()),
                                NOW),
                "the chain does not hold");
    }

    @Test
    void our_certificate_names_by_its_uri_and_nothing_else() {
        assertObjection(ofOwn(new Draft("CN=acme.truck-7")), "does not name one tracker or client");
        assertObjection(
                ofOwn(
                        new Draft("CN=acme.truck-8")
                                .uri("spiffe://test.example/fleet/acme/tracker/truck-7")),
                "common name that is not its identity's");
        assertNames(ofOwn(ours("acme.truck-7")), "acme.truck-7", Profile.OWN);
        assertNames(
                ofOwn(new Draft("CN=lake").uri("spiffe://test.example/client/lake")),
                "lake",
                Profile.OWN);
        // Peers may leave the issuing CA out: it is known here.
        assertNames(verify(own.issue(ours("acme.truck-7"))), "acme.truck-7", Profile.OWN);
    }

    @Test
    void a_registered_certificate_is_known_by_its_bytes_and_still_has_its_dates() throws Exception {
        X509Certificate leaf = ForeignAuthority.root("Anybody").issue(new Draft("CN=any"));
        register(leaf, "acme.truck-7");

        assertNames(verify(leaf), "acme.truck-7", Profile.OWN);
        assertObjection(policy().verify(chain(leaf), NOW.plus(DAY.multipliedBy(2))), "has expired");
        assertObjection(
                policy().verify(chain(leaf), NOW.minus(DAY.multipliedBy(2))), "is not valid yet");
        issued.clear();
        assertObjection(verify(leaf), "leads to no authority that is believed here");
    }

    @Test
    void their_certificates_name_by_the_mapping_rule_and_ours_are_not_theirs() {
        var policy = policy(theirSet(none()));

        assertObjection(
                policy.verify(
                        chain(theirs.issue(new Draft("CN=nobody")), theirs.certificate()), NOW),
                "the mapping rule does not name");
        assertObjection(
                policy.verify(chain(own.issue(new Draft("CN=acme.truck-7"))), NOW),
                "does not name one tracker or client");
        // Our URI under their authority is nothing but a URI.
        assertObjection(
                policy.verify(
                        chain(
                                theirs.issue(ours("acme.truck-7").name(2, "x")),
                                theirs.certificate()),
                        NOW.plus(DAY.multipliedBy(2))),
                "has expired");
        assertNames(
                policy.verify(
                        chain(theirs.issue(new Draft("CN=acme.truck-7")), theirs.certificate()),
                        NOW),
                "acme.truck-7",
                Profile.MAPPED);
        assertNames(
                policy.verify(chain(own.issue(ours("acme.truck-7"))), NOW),
                "acme.truck-7",
                Profile.OWN);
    }

    private Verdict ofOwn(Draft draft) {
        return verify(own.issue(draft), own.certificate());
    }

    private Verdict verify(X509Certificate... chain) {
        return policy().verify(chain, NOW);
    }

    private CertificatePolicy policy(TrustAnchorSet... foreign) {
        var mapping =
                (CertificateMapping.Parsed.Rule)
                        CertificateMapping.parse(
                                CertificateMapping.Source.SUBJECT_CN,
                                "{fleet}.{tracker}",
                                Optional.empty());
        var ownSet =
                new TrustAnchorSet(
                        List.of(ownRoot.certificate()), List.of(own.certificate()), none());
        return new CertificatePolicy(
                "test.example",
                sha256 -> Optional.ofNullable(issued.get(HexFormat.of().formatHex(sha256))),
                () -> ownSet,
                Arrays.stream(foreign)
                        .map(set -> new CertificatePolicy.Foreign(set, mapping.mapping()))
                        .toList());
    }

    private TrustAnchorSet theirSet(Optional<Path> lists) {
        return new TrustAnchorSet(
                List.of(theirRoot.certificate()), List.of(theirs.certificate()), lists);
    }

    private void register(X509Certificate leaf, String name) throws Exception {
        byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(leaf.getEncoded());
        issued.put(
                HexFormat.of().formatHex(sha256),
                new IssuedCertificate(
                        new RightsChange.Who(IdentityKind.TRACKER, name, 1),
                        leaf.getNotBefore().toInstant(),
                        leaf.getNotAfter().toInstant()));
    }

    private static Draft ours(String name) {
        int dot = name.indexOf('.');
        return new Draft("CN=" + name)
                .uri(
                        "spiffe://test.example/fleet/%s/tracker/%s"
                                .formatted(name.substring(0, dot), name.substring(dot + 1)));
    }

    private static X509Certificate[] chain(X509Certificate... chain) {
        return chain;
    }

    private static Optional<Path> none() {
        return Optional.empty();
    }

    private static void assertNames(Verdict verdict, String name, Profile profile) {
        assertThat(verdict).isEqualTo(new Verdict.Names(name, profile));
    }

    private static void assertObjection(Verdict verdict, String why) {
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        Verdict.Objection.class,
                        objection -> assertThat(objection.reason()).contains(why));
    }
}
