package io.outrider.cli;

import io.outrider.authority.GivenAuthority;
import io.outrider.gate.CertificateMapping;
import io.outrider.gate.CertificatePolicy;
import io.outrider.gate.TrustAnchorSet;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the section {@code trust}: authorities of the operator, in place of ours or beside it. */
final class TrustReader {
    private static final String ISSUING = "trust.issuing";
    private static final String LIST = "trust.accepted";
    private static final int AUTHORITIES_MAX = 32;
    private static final int FILE_BYTES_MAX = 64 * 1024;
    private static final Pattern ANY = Pattern.compile("[!-~]{1,200}");

    private final ConfigReader in;

    private TrustReader(ConfigReader in) {
        this.in = in;
    }

    static Config.Trust read(ConfigReader in) {
        var reader = new TrustReader(in);
        Optional<GivenAuthority> issuing = in.has(ISSUING) ? reader.issuing() : Optional.empty();
        var accepted = new ArrayList<CertificatePolicy.Foreign>();
        int count = in.entries(LIST, AUTHORITIES_MAX);
        for (int i = 0; i < count; i++) {
            reader.accepted(LIST + "[" + i + "]").ifPresent(accepted::add);
        }
        return new Config.Trust(issuing, List.copyOf(accepted));
    }

    private Optional<GivenAuthority> issuing() {
        // The key may be taken away once it was read, so it need not be there.
        Optional<Path> key = in.text(ISSUING + ".key-file").map(Path::of);
        Optional<Path> chain = in.file(ISSUING + ".chain-file");
        if (key.isEmpty() || chain.isEmpty()) {
            in.problem(ISSUING, "needs key-file and chain-file");
            return Optional.empty();
        }
        return Optional.of(new GivenAuthority(key.get(), chain.get()));
    }

    private Optional<CertificatePolicy.Foreign> accepted(String key) {
        List<X509Certificate> anchors = certificates(key + ".ca-file");
        List<X509Certificate> intermediates = certificates(key + ".intermediates-file");
        Optional<Path> revocations = in.file(key + ".crl-file");
        Optional<CertificateMapping> mapping = mapping(key);
        if (anchors.isEmpty()) {
            in.problem(key, "needs ca-file, with at least one certificate");
        }
        return anchors.isEmpty() || mapping.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new CertificatePolicy.Foreign(
                                new TrustAnchorSet(anchors, intermediates, revocations),
                                mapping.get()));
    }

    private Optional<CertificateMapping> mapping(String key) {
        String from =
                in.text(
                        key + ".name-from",
                        "subject-cn",
                        Pattern.compile("subject-cn|san-dns|san-uri"),
                        "subject-cn, san-dns or san-uri");
        String template = in.requiredText(key + ".name-template", ANY, "printable, without spaces");
        Optional<String> fleet = in.text(key + ".fleet");
        Optional<CertificateMapping.Source> source = CertificateMapping.Source.ofWord(from);
        if (template.isEmpty() || source.isEmpty()) {
            return Optional.empty(); // said already
        }
        return switch (CertificateMapping.parse(source.get(), template, fleet)) {
            case CertificateMapping.Parsed.Rule(var mapping) -> Optional.of(mapping);
            case CertificateMapping.Parsed.Wrong(String why) -> {
                in.problem(key + ".name-template", "is of no use: " + why);
                yield Optional.empty();
            }
        };
    }

    private List<X509Certificate> certificates(String key) {
        Optional<Path> file = in.file(key);
        if (file.isEmpty() || !Files.isReadable(file.get())) {
            return List.of(); // said already where there is one
        }
        try {
            if (Files.size(file.get()) > FILE_BYTES_MAX) {
                in.problem(key, "is longer than " + FILE_BYTES_MAX + " bytes");
                return List.of();
            }
            byte[] pem = Files.readAllBytes(file.get());
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (IOException | CertificateException e) {
            in.problem(key, "holds no certificates in PEM: " + e.getMessage());
            return List.of();
        }
    }
}
