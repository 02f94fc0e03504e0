package io.outrider.gate;

import static io.outrider.gate.CertificateMapping.Source.SAN_DNS;
import static io.outrider.gate.CertificateMapping.Source.SAN_URI;
import static io.outrider.gate.CertificateMapping.Source.SUBJECT_CN;
import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.gate.ForeignAuthority.Draft;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CertificateMappingTest {
    private static final ForeignAuthority CA = ForeignAuthority.root("Foreign CA");

    @Test
    void a_template_that_leaves_a_doubt_is_refused_and_said() {
        assertWrong("{fleet}{tracker}", "", "a character that no name has");
        assertWrong("{fleet}-{tracker}", "", "a character that no name has");
        assertWrong("{fleet}x{tracker}", "", "a character that no name has");
        assertWrong("", "", "{fleet} and {tracker}, or {client}");
        assertWrong("acme", "", "{fleet} and {tracker}, or {client}");
        assertWrong("{tracker}", "", "{fleet} and {tracker}, or {client}");
        assertWrong("{fleet}", "", "{fleet} and {tracker}, or {client}");
        assertWrong("{fleet}.{tracker}.{tracker}", "", "{fleet} and {tracker}, or {client}");
        assertWrong("{client}.{tracker}", "", "{fleet} and {tracker}, or {client}");
        assertWrong("{vin}", "", "{fleet} and {tracker}, or {client}");
        assertWrong("{fleet}.{tracker}", "acme", "with a fixed fleet");
        assertWrong("{client}", "acme", "with a fixed fleet");
        assertWrong("{tracker}", "Acme", "the fixed fleet is not a name");
        assertWrong("{fleet}.{tracker", "", "a brace stands alone");
        assertWrong("{fleet}.{{tracker}}", "", "a brace stands alone");
        assertWrong("{fleet}.{tracker}\n", "", "printable characters");
        assertWrong("{fleet}.{tracker}" + "x".repeat(184), "", "at most 200");
    }

    @Test
    void a_source_is_one_of_three_words() {
        assertThat(CertificateMapping.Source.ofWord("subject-cn")).contains(SUBJECT_CN);
        assertThat(CertificateMapping.Source.ofWord("san-uri")).contains(SAN_URI);
        assertThat(CertificateMapping.Source.ofWord("san-dns")).contains(SAN_DNS);
        assertThat(CertificateMapping.Source.ofWord("san-email")).isEmpty();
    }

    @Test
    void a_common_name_has_to_match_as_a_whole() {
        var mapping = rule(SUBJECT_CN, "{fleet}.{tracker}", "");
        for (String name :
                new String[] {
                    "acme",
                    "acme.truck-7.x",
                    "acme.",
                    ".truck-7",
                    "acme.*",
                    "*",
                    "acme.truck_7",
                    "acme.truck-7 ",
                    "xx acme.truck-7",
                    "acme." + "x".repeat(33),
                    "acme.tru\u0007ck",
                    "acme.truck-7\u0000",
                    "acme.truck\n-7",
                    "acme.truc\u212a", // KELVIN SIGN, k in lower case
                    "acm\u00e9.truck-7",
                }) {
            assertObjection(mapping, new Draft("CN=" + escaped(name)));
        }
        assertNames(mapping, new Draft("CN=acme.truck-7"), "acme.truck-7");
        assertNames(mapping, new Draft("CN=ACME.Truck-7"), "acme.truck-7");
        assertNames(mapping, new Draft("O=Any,CN=acme.truck-7,OU=Any"), "acme.truck-7");
    }

    @Test
    void no_value_and_several_values_name_nobody() {
        var byName = rule(SUBJECT_CN, "{fleet}.{tracker}", "");
        assertObjection(byName, new Draft("O=acme.truck-7"));
        assertObjection(byName, new Draft("CN=acme.truck-7,CN=acme.truck-8"));
        assertObjection(byName, new Draft("CN=acme.truck-7+CN=acme.truck-8"));
        assertObjection(byName, new Draft("CN=acme.truck-7,CN=acme.truck-7"));
        var byUri = rule(SAN_URI, "urn:vin:{tracker}", "acme");
        assertObjection(byUri, new Draft("CN=x"));
        assertObjection(byUri, new Draft("CN=x").uri("urn:vin:a").uri("urn:vin:b"));
        assertObjection(byUri, new Draft("CN=x").dns("urn-vin-a"));
        var byDns = rule(SAN_DNS, "{tracker}.{fleet}.example.com", "");
        assertObjection(byDns, new Draft("CN=x"));
        assertObjection(byDns, new Draft("CN=x").dns("a.b.example.com").dns("c.b.example.com"));
        assertObjection(byDns, new Draft("CN=x").dns("*.acme.example.com"));
        assertObjection(byDns, new Draft("CN=x").dns("a.acme.example.com.evil.org"));
        assertObjection(byDns, new Draft("CN=x").dns("a.acmeXexample.com"));
    }

    @Test
    void a_uri_a_dns_name_or_a_common_name_names_a_tracker_or_a_client() {
        assertNames(
                rule(SAN_URI, "urn:vin:{tracker}", "acme"),
                new Draft("CN=x").uri("urn:vin:WVWZZZ1JZ3W386752").dns("any.example.com"),
                "acme.wvwzzz1jz3w386752");
        assertNames(
                rule(SAN_DNS, "{tracker}.{fleet}.example.com", ""),
                new Draft("CN=x").dns("TRUCK-7.acme.example.com"),
                "acme.truck-7");
        assertNames(rule(SUBJECT_CN, "client:{client}", ""), new Draft("CN=client:lake"), "lake");
        assertNames(
                rule(SAN_URI, "spiffe://x.org/{fleet}/{tracker}", ""),
                new Draft("CN=x").uri("spiffe://x.org/acme/truck-7"),
                "acme.truck-7");
    }

    private static CertificateMapping rule(
            CertificateMapping.Source source, String template, String fleet) {
        Optional<String> fixed = fleet.isEmpty() ? Optional.empty() : Optional.of(fleet);
        return switch (CertificateMapping.parse(source, template, fixed)) {
            case CertificateMapping.Parsed.Rule(CertificateMapping mapping) -> mapping;
            case CertificateMapping.Parsed.Wrong(String why) -> throw new AssertionError(why);
        };
    }

    private static void assertWrong(String template, String fleet, String why) {
        Optional<String> fixed = fleet.isEmpty() ? Optional.empty() : Optional.of(fleet);
        assertThat(CertificateMapping.parse(SUBJECT_CN, template, fixed))
                .as(template)
                .isInstanceOfSatisfying(
                        CertificateMapping.Parsed.Wrong.class,
                        wrong -> assertThat(wrong.why()).contains(why));
    }

    private static void assertObjection(CertificateMapping mapping, Draft draft) {
        assertThat(mapping.read(CA.issue(draft)))
                .isInstanceOfSatisfying(
                        CertificateName.Reading.Objection.class,
                        objection -> assertThat(objection.reason()).matches("[\\x20-\\x7e]+"));
    }

    private static void assertNames(CertificateMapping mapping, Draft draft, String name) {
        assertThat(mapping.read(CA.issue(draft)))
                .isEqualTo(new CertificateName.Reading.Names(name));
    }

    /** As it has to stand in a distinguished name. */
    private static String escaped(String value) {
        var text = new StringBuilder();
        for (byte octet : value.getBytes(StandardCharsets.UTF_8)) {
            boolean isPlain = octet > 0x20 && octet < 0x7f;
            text.append(isPlain ? String.valueOf((char) octet) : "\\%02x".formatted(octet & 0xff));
        }
        return text.toString();
    }
}
