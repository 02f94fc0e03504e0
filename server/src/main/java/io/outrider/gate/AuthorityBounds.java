package io.outrider.gate;

import java.net.URI;
import java.net.URISyntaxException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraintValidatorException;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PKIXNameConstraintValidator;

/**
 * What an authority's own certificate says that it may not do, where path validation (RFC 5280,
 * section 6) does not look: in the anchor, whose certificate it takes for a name and a key, and in
 * extended key usages of authorities. The operator believed the certificate, not more than it says
 * (RFC 5937).
 */
final class AuthorityBounds {
    /** id-kp-clientAuth and anyExtendedKeyUsage (RFC 5280, section 4.2.1.12). */
    private static final List<String> CLIENTS = List.of("1.3.6.1.5.5.7.3.2", "2.5.29.37.0");

    private AuthorityBounds() {}

    /**
     * Whether an anchor may answer for this.
     *
     * @param below a path that leads to it, leaf first
     */
    static boolean allow(X509Certificate anchor, List<X509Certificate> below) {
        long authorities = below.stream().skip(1).filter(one -> !isSelfIssued(one)).count();
        int authoritiesMax = anchor.getBasicConstraints(); // -1 where it does not say
        return (authoritiesMax < 0 || authorities <= authoritiesMax)
                && isForClients(anchor)
                && allowNames(anchor, below);
    }

    /** Whether an authority may issue certificates of clients. */
    static boolean isForClients(X509Certificate authority) {
        try {
            List<String> usages = authority.getExtendedKeyUsage();
            return usages == null || usages.stream().anyMatch(CLIENTS::contains);
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    private static boolean allowNames(X509Certificate anchor, List<X509Certificate> below) {
        try {
            Optional<NameConstraints> constraints = constraints(anchor);
            if (constraints.isPresent()) {
                var validator = validator(constraints.get());
                for (X509Certificate certificate : below) {
                    if (certificate.equals(below.getFirst()) || !isSelfIssued(certificate)) {
                        check(validator, certificate);
                    }
                }
            }
            return true;
        } catch (NameConstraintValidatorException | IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * Whether an authority of the path is constrained to certain hosts, and the leaf has a URI
     * without any, which has to be refused then (RFC 5280, section 4.2.1.10). The JDK asks such a
     * URI for its host all the same, and throws.
     */
    static boolean isHostMissing(List<X509Certificate> path) {
        try {
            return hasUriWithoutHost(path.getFirst())
                    && path.stream()
                            .skip(1)
                            .flatMap(authority -> constraints(authority).stream())
                            .flatMap(AuthorityBounds::subtrees)
                            .anyMatch(it ->
                                    it.getBase().getTagNo()
                                            == GeneralName.uniformResourceIdentifier);
        } catch (IllegalArgumentException e) {
            return true; // constraints that cannot be read
        }
    }

    private static boolean hasUriWithoutHost(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names != null
                    && names.stream()
                            .filter(name ->
                                    name.get(0).equals(GeneralName.uniformResourceIdentifier))
                            .anyMatch(name -> host(String.valueOf(name.get(1))).isEmpty());
        } catch (CertificateParsingException e) {
            return true;
        }
    }

    private static Optional<String> host(String uri) {
        try {
            return Optional.ofNullable(new URI(uri).getHost());
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static Optional<NameConstraints> constraints(X509Certificate authority) {
        byte[] extension = authority.getExtensionValue(Extension.nameConstraints.getId());
        return extension == null
                ? Optional.empty()
                : Optional.of(NameConstraints.getInstance(value(extension)));
    }

    private static Stream<GeneralSubtree> subtrees(NameConstraints constraints) {
        return Stream.of(constraints.getPermittedSubtrees(), constraints.getExcludedSubtrees())
                .filter(Objects::nonNull)
                .flatMap(Arrays::stream);
    }

    private static PKIXNameConstraintValidator validator(NameConstraints constraints) {
        var validator = new PKIXNameConstraintValidator();
        GeneralSubtree[] permitted = constraints.getPermittedSubtrees();
        if (permitted != null) {
            validator.intersectPermittedSubtree(permitted);
        }
        GeneralSubtree[] excluded = constraints.getExcludedSubtrees();
        if (excluded != null) {
            for (GeneralSubtree subtree : excluded) {
                validator.addExcludedSubtree(subtree);
            }
        }
        return validator;
    }

    private static void check(PKIXNameConstraintValidator validator, X509Certificate certificate)
            throws NameConstraintValidatorException {
        var subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        if (subject.getRDNs().length > 0) {
            check(validator, new GeneralName(subject));
        }
        byte[] names = certificate.getExtensionValue(Extension.subjectAlternativeName.getId());
        if (names != null) {
            for (GeneralName name : GeneralNames.getInstance(value(names)).getNames()) {
                check(validator, name);
            }
        }
    }

    private static void check(PKIXNameConstraintValidator validator, GeneralName name)
            throws NameConstraintValidatorException {
        validator.checkPermitted(name);
        validator.checkExcluded(name);
    }

    private static byte[] value(byte[] extension) {
        return ASN1OctetString.getInstance(extension).getOctets();
    }

    private static boolean isSelfIssued(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }
}
