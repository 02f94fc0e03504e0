package io.outrider.gate;

import static io.outrider.fuzz.Target.require;

import io.outrider.fleet.Grant;
import io.outrider.fleet.Method;
import io.outrider.fleet.Operation;
import io.outrider.fuzz.Target;
import io.outrider.topic.TopicFilter;
import io.outrider.topic.TrackerId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Names in certificates, rules that read them, and the revocation lists of others. */
public final class GateTargets {
    public static final Map<String, Target> ALL =
            Map.of(
                    "certificate", GateTargets::certificate,
                    "decision", GateTargets::decision,
                    "mapping", GateTargets::mapping,
                    "revocation-list", GateTargets::revocationList);

    private static final List<CertificateMapping> MAPPINGS =
            Arrays.stream(CertificateMapping.Source.values()).map(GateTargets::rule).toList();

    private static final List<String> GRANTED = List.of("a/+", "+/a/#", "o1/a/+/down", "zz", "é");
    private static final X509Certificate ROOT = ForeignAuthority.root("fuzz").certificate();
    private static final Gate GATE = gate();
    private static final Identity CLIENT =
            new Identity.OfClient("lake", 3, Method.TOKEN, Instant.MAX, Optional.empty());

    private GateTargets() {}

    private static CertificateMapping rule(CertificateMapping.Source source) {
        return switch (CertificateMapping.parse(source, "{fleet}.{tracker}", Optional.empty())) {
            case CertificateMapping.Parsed.Rule(var mapping) -> mapping;
            case CertificateMapping.Parsed.Wrong(var why) -> throw new AssertionError(why);
        };
    }

    /** Whatever the JDK takes for a certificate names somebody who could exist, or nobody. */
    private static void certificate(byte[] data) {
        X509Certificate certificate;
        try {
            certificate =
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509")
                                    .generateCertificate(new ByteArrayInputStream(data));
        } catch (CertificateException e) {
            return; // TLS refuses it
        }
        requireName(CertificateName.read(certificate, "outrider.example"));
        require(
                !AuthorityBounds.isHostMissing(List.of(certificate)),
                "no authority, no constraint");
        if (AuthorityBounds.allow(certificate, List.of(certificate))) {
            require(AuthorityBounds.isForClients(certificate), "an anchor for clients");
        }
        var own = new TrustAnchorSet(List.of(certificate), List.of(certificate), Optional.empty());
        require(
                !(own.follow(List.of(certificate), ForeignAuthority.NOW)
                                instanceof TrustAnchorSet.Path.Good)
                        || certificate
                                .getIssuerX500Principal()
                                .equals(certificate.getSubjectX500Principal()),
                "nobody is his own authority who does not say so");
        for (CertificateMapping mapping : MAPPINGS) {
            requireName(mapping.read(certificate));
            verify(certificate, own, mapping);
        }
    }

    /** As if it, or what it was issued by, were believed: what is asked before that and after. */
    private static void verify(
            X509Certificate certificate, TrustAnchorSet believed, CertificateMapping mapping) {
        var policy =
                new CertificatePolicy(
                        "outrider.example",
                        _ -> Optional.empty(),
                        () -> believed,
                        List.of(new CertificatePolicy.Foreign(believed, mapping)));
        var alone = new X509Certificate[] {certificate};
        for (X509Certificate[] chain : List.of(alone, new X509Certificate[] {certificate, ROOT})) {
            switch (policy.verify(chain, ForeignAuthority.NOW)) {
                case CertificatePolicy.Verdict.Names(var name, _) ->
                        require(TrackerId.isName(name) || isTracker(name), "a name");
                case CertificatePolicy.Verdict.Objection(var reason) ->
                        require(reason.matches("[ -~]+"), "a reason for people");
            }
        }
    }

    private static boolean isTracker(String name) {
        return TrackerId.parse(name).isPresent();
    }

    private static void requireName(CertificateName.Reading reading) {
        if (reading instanceof CertificateName.Reading.Names(var name)) {
            require(TrackerId.isName(name) || isTracker(name), "a name");
        }
    }

    /**
     * A topic, a filter and a client identifier that are let through are what a plain reading of
     * MQTT and of the grants lets through.
     */
    private static void decision(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        var publish = new PublishRequest(text, 1, false, Optional.empty(), 0, 0);
        if (GATE.publish(CLIENT, publish) instanceof Decision.Allow) {
            require(NaiveTopics.isName(text) && !text.startsWith("$"), "a topic that may be said");
            require(isCovered(text), "what is published is granted");
            require(!text.startsWith("o1/") || text.matches("o1/a/[a-z0-9-]+/down"), "no tracker");
        }
        if (GATE.subscribe(CLIENT, new SubscribeRequest(text, 1)) instanceof Decision.Allow) {
            String filter = text.startsWith("$share/") ? text.split("/", 3)[2] : text;
            require(NaiveTopics.isFilter(filter), "a filter");
            for (String topic : NaiveTopics.WORLD) {
                require(
                        !NaiveTopics.matches(filter, topic) || isCovered(topic),
                        "what is heard is granted");
            }
        }
        var owner = new TrackerId("acme", "truck-7");
        var tracker = new Identity.OfTracker(owner, 1, Method.CERTIFICATE, Instant.MAX);
        if (GATE.publish(tracker, publish) instanceof Decision.Allow) {
            require(text.matches("o1/acme/truck-7/(report|epoch)"), "a tracker's own way up");
        }
        if (GATE.subscribe(tracker, new SubscribeRequest(text, 1)) instanceof Decision.Allow) {
            require(text.matches("o1/acme/truck-7/(down|feed)"), "a tracker's own way down");
        }
        if (ClientIdentifier.belongsTo("lake", text)) {
            require(text.equals("lake") || text.matches("lake\\.[ -~]+"), "an identifier");
        }
    }

    private static boolean isCovered(String topic) {
        return GRANTED.stream().anyMatch(grant -> NaiveTopics.matches(grant, topic));
    }

    private static Gate gate() {
        var directory = new TestDirectory();
        directory.enrol(new TrackerId("acme", "truck-7"), 1, KeyHash.ofSha256(new byte[32]));
        directory.clients.put(
                "lake",
                new ClientEntry(
                        3,
                        Optional.empty(),
                        Set.of(Method.TOKEN),
                        GRANTED.stream().flatMap(GateTargets::both).toList()));
        return new Gate(
                TestAuthority.INSTALLATION, Limits.DEFAULT, directory, () -> ForeignAuthority.NOW);
    }

    private static Stream<Grant> both(String filter) {
        TopicFilter parsed = TopicFilter.parse(filter).orElseThrow();
        return Arrays.stream(Operation.values()).map(one -> new Grant(one, parsed));
    }

    /** A rule is taken or refused with a sentence. */
    private static void mapping(byte[] data) {
        String template = new String(data, StandardCharsets.UTF_8);
        for (Optional<String> fleet : List.of(Optional.<String>empty(), Optional.of("acme"))) {
            var parsed =
                    CertificateMapping.parse(CertificateMapping.Source.SAN_URI, template, fleet);
            if (parsed instanceof CertificateMapping.Parsed.Wrong(var why)) {
                require(!why.isEmpty(), "a refusal says why");
            }
        }
    }

    /** A file is good now or says why not. */
    private static void revocationList(byte[] data) throws IOException {
        Path file = Files.createTempFile("list", ".crl");
        try {
            Files.write(file, data);
            if (new RevocationListFile(file, List.of()).state(ForeignAuthority.NOW)
                    instanceof RevocationListFile.State.Usable(var lists, _)) {
                require(!lists.isEmpty(), "a usable file has a list");
            }
        } finally {
            Files.delete(file);
        }
    }
}
