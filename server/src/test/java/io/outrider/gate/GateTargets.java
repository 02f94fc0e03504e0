package io.outrider.gate;

import static io.outrider.fuzz.Target.require;

import io.outrider.fuzz.Target;
import io.outrider.topic.TrackerId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Names in certificates, rules that read them, and the revocation lists of others. */
public final class GateTargets {
    public static final Map<String, Target> ALL =
            Map.of(
                    "certificate", GateTargets::certificate,
                    "mapping", GateTargets::mapping,
                    "revocation-list", GateTargets::revocationList);

    private static final List<CertificateMapping> MAPPINGS =
            Arrays.stream(CertificateMapping.Source.values()).map(GateTargets::rule).toList();

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
        for (CertificateMapping mapping : MAPPINGS) {
            requireName(mapping.read(certificate));
        }
    }

    private static void requireName(CertificateName.Reading reading) {
        if (reading instanceof CertificateName.Reading.Names(var name)) {
            require(TrackerId.isName(name) || TrackerId.parse(name).isPresent(), "a name");
        }
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
            if (new RevocationListFile(file).state(ForeignAuthority.NOW)
                    instanceof RevocationListFile.State.Usable(var lists)) {
                require(!lists.isEmpty(), "a usable file has a list");
            }
        } finally {
            Files.delete(file);
        }
    }
}
