package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.fleet.Method;
import io.outrider.fleet.Standing;
import io.outrider.gate.CertificateMapping;
import io.outrider.gate.CertificatePolicy;
import io.outrider.gate.GateEvent;
import io.outrider.gate.TestAuthority;
import io.outrider.gate.TrackerEntry;
import io.outrider.gate.TrustAnchorSet;
import io.outrider.strength.RocaKeys;
import io.outrider.topic.TrackerId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * That an authority which is believed is believed no further than its certificates say, with
 * certificates that openssl has made and shows.
 */
@Timeout(120)
class ForeignAuthorityAttackTest {
    private static final String NAME = "URI:spiffe://theirs.example/acme/truck-1";
    private static final String NAMES = "subjectAltName=" + NAME;

    /** CONNECT of MQTT 3.1.1 as acme.truck-1, and DISCONNECT, for printf of the shell. */
    private static final String CONNECT =
            "\\020\\030\\000\\004MQTT\\004\\002\\000\\074\\000\\014acme.truck-1\\340\\000";

    @TempDir static Path directory;
    private static OpensslAuthority theirs;
    private static TestBroker broker;

    @BeforeAll
    static void start() throws Exception {
        theirs = new OpensslAuthority(directory);
        theirs.root("root");
        theirs.root("uri-root", "nameConstraints=critical,permitted;URI:other.example");
        theirs.root("dns-root", "nameConstraints=critical,excluded;DNS:theirs.example");
        theirs.root("good-root", "nameConstraints=critical,permitted;URI:theirs.example");
        theirs.root("flat-root", "basicConstraints=critical,CA:TRUE,pathlen:0");
        theirs.root("server-root", "extendedKeyUsage=serverAuth");
        var anchors =
                new TrustAnchorSet(
                        List.of(
                                theirs.certificate("root"),
                                theirs.certificate("uri-root"),
                                theirs.certificate("dns-root"),
                                theirs.certificate("good-root"),
                                theirs.certificate("flat-root"),
                                theirs.certificate("server-root")),
                        List.of(),
                        Optional.empty());
        var rule =
                (CertificateMapping.Parsed.Rule)
                        CertificateMapping.parse(
                                CertificateMapping.Source.SAN_URI,
                                "spiffe://theirs.example/{fleet}/{tracker}",
                                Optional.empty());
        broker =
                TestBroker.startedBelieving(
                        directory, new CertificatePolicy.Foreign(anchors, rule.mapping()));
        broker.registry.trackers.put(
                TrackerId.parse("acme.truck-1").orElseThrow(),
                new TrackerEntry(1, Standing.ACTIVE, Optional.empty(), Set.of(Method.CERTIFICATE)));
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @Test
    void what_is_within_all_bounds_comes_in() throws Exception {
        theirs.leaf("direct", "root", NAMES);
        theirs.authority(
                "issuing",
                "root",
                "basicConstraints=critical,CA:TRUE,pathlen:0",
                "nameConstraints=critical,permitted;URI:theirs.example",
                "extendedKeyUsage=clientAuth,serverAuth");
        theirs.leaf("below", "issuing", NAMES);
        theirs.leaf("bounded", "good-root", NAMES);
        theirs.leaf("flat", "flat-root", NAMES);

        for (String leaf : new String[] {"direct", "below", "bounded", "flat"}) {
            broker.events.clear();
            show(leaf);
            // Or its end is the first that the next one sees.
            Awaitility.await()
                    .until(() ->
                            broker.events.stream()
                                    .anyMatch(GateEvent.Disconnected.class::isInstance));
            assertThat(broker.events)
                    .as(leaf)
                    .anyMatch(GateEvent.Connected.class::isInstance)
                    .noneMatch(GateEvent.HandshakeFailed.class::isInstance);
        }
    }

    @Test
    void an_authority_that_is_constrained_to_other_names_names_nobody_else() throws Exception {
        theirs.authority("uri", "root", "nameConstraints=critical,permitted;URI:other.example");
        theirs.leaf("uri-leaf", "uri", NAMES);
        expectRefusal("uri-leaf", "the chain does not hold");

        theirs.authority("not-uri", "root", "nameConstraints=excluded;URI:theirs.example");
        theirs.leaf("not-uri-leaf", "not-uri", NAMES);
        expectRefusal("not-uri-leaf", "the chain does not hold");

        theirs.authority("dns", "root", "nameConstraints=critical,permitted;DNS:other.example");
        theirs.leaf("dns-leaf", "dns", NAMES + ",DNS:theirs.example");
        expectRefusal("dns-leaf", "the chain does not hold");

        theirs.authority(
                "dir", "root", "nameConstraints=critical,permitted;dirName:d", "[d]", "CN=x");
        theirs.leaf("dir-leaf", "dir", NAMES);
        expectRefusal("dir-leaf", "the chain does not hold");
    }

    @Test
    void a_uri_without_a_host_is_beyond_a_constraint_on_hosts() throws Exception {
        theirs.authority("host", "root", "nameConstraints=critical,permitted;URI:theirs.example");
        theirs.leaf("urn", "host", NAMES + ",URI:urn:theirs.example:acme:truck-1");

        expectRefusal("urn", "the chain is beyond what its authority may certify");
    }

    @Test
    void an_anchor_is_bound_by_its_own_certificate() throws Exception {
        String why = "the chain is beyond what its authority may certify";
        theirs.leaf("anchor-uri", "uri-root", NAMES);
        expectRefusal("anchor-uri", why);
        theirs.leaf("anchor-dns", "dns-root", NAMES + ",DNS:a.theirs.example");
        expectRefusal("anchor-dns", why);
        theirs.leaf("anchor-server", "server-root", NAMES);
        expectRefusal("anchor-server", why);
        theirs.authority("anchor-below", "flat-root");
        theirs.leaf("anchor-path", "anchor-below", NAMES);
        expectRefusal("anchor-path", why);
    }

    @Test
    void a_path_that_is_longer_than_an_authority_allows_ends_in_the_handshake() throws Exception {
        theirs.authority("flat-below", "root", "basicConstraints=critical,CA:TRUE,pathlen:0");
        theirs.authority("too-deep", "flat-below");
        theirs.leaf("path", "too-deep", NAMES);

        expectRefusal("path", "the chain does not hold");
    }

    @Test
    void an_authority_for_servers_names_no_client() throws Exception {
        theirs.authority("for-servers", "root", "extendedKeyUsage=serverAuth");
        theirs.leaf("from-servers", "for-servers", NAMES);

        expectRefusal("from-servers", "of an authority that is not for clients");
    }

    @Test
    void what_may_not_sign_certificates_signs_none() throws Exception {
        theirs.authority("no-sign", "root", "keyUsage=critical,cRLSign");
        theirs.leaf("unsigned", "no-sign", NAMES);

        expectRefusal("unsigned", "the chain does not hold");
    }

    @Test
    void a_critical_extension_that_nobody_knows_ends_in_the_handshake() throws Exception {
        theirs.leaf("critical", "root", NAMES, "1.3.6.1.4.1.99999.1=critical,DER:05:00");
        expectRefusal("critical", "the chain does not hold");

        theirs.authority("critical-ca", "root", "1.3.6.1.4.1.99999.1=critical,DER:05:00");
        theirs.leaf("below-critical", "critical-ca", NAMES);
        expectRefusal("below-critical", "the chain does not hold");
    }

    @Test
    void more_than_one_name_or_the_same_twice_names_nobody() throws Exception {
        theirs.leaf("two", "root", NAMES + ",URI:spiffe://theirs.example/acme/truck-2");
        expectRefusal("two", "has more than one san-uri");
        theirs.leaf("twice", "root", NAMES + "," + NAME);
        expectRefusal("twice", "has more than one san-uri");
    }

    @Test
    void a_name_with_nul_in_it_is_not_cut_there() throws Exception {
        byte[] name =
                "spiffe://theirs.example/acme/truck-1\0.evil".getBytes(StandardCharsets.US_ASCII);
        var der = new StringBuilder("30:%02x:86:%02x".formatted(name.length + 2, name.length));
        for (byte one : name) {
            der.append(":%02x".formatted(one));
        }
        theirs.leaf("nul", "root", "subjectAltName=DER:" + der);

        expectRefusal("nul", "");
    }

    @Test
    void a_key_of_the_broken_library_ends_in_the_handshake() throws Exception {
        var credential =
                broker.authority.issue(
                        TestAuthority.Request.tracker("acme.truck-1"), RocaKeys.pair());
        credential.writePem(directory, "roca");
        broker.authority.writePem(directory.resolve("roca.chain"));

        expectRefusal("roca", "CVE-2017-15361");
    }

    private static void expectRefusal(String leaf, String why) throws Exception {
        broker.events.clear();
        show(leaf);
        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .untilAsserted(() ->
                        assertThat(broker.events)
                                .as(leaf)
                                .first()
                                .isInstanceOfSatisfying(
                                        GateEvent.HandshakeFailed.class,
                                        failed -> assertThat(failed.why()).contains(why)));
        assertThat(broker.events).noneMatch(GateEvent.Connected.class::isInstance);
    }

    /** Connects with a certificate and its chain, and stays until the broker hangs up. */
    private static void show(String leaf) throws Exception {
        Tool.SHELL.run(
                directory,
                "-c",
                ("printf '%1$s' | openssl s_client -ign_eof -connect 127.0.0.1:%2$d"
                                + " -cert %3$s/%4$s.crt -key %3$s/%4$s.key"
                                + " -cert_chain %3$s/%4$s.chain")
                        .formatted(CONNECT, broker.port(), directory, leaf));
    }
}
