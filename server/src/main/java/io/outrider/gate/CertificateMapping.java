package io.outrider.gate;

import static java.util.Locale.ROOT;

import io.outrider.topic.TrackerId;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.naming.NamingException;
import javax.naming.ldap.LdapName;

/**
 * How a certificate that somebody else has issued names a tracker or a client of ours: where in it
 * the name stands, and a template that the whole of it has to match. Immutable.
 */
public final class CertificateMapping {
    private static final int TEMPLATE_CHARS_MAX = 200;
    private static final String NAME = "([A-Za-z0-9-]{1,32})";
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");
    private static final Pattern PRINTABLE = Pattern.compile("[\\x21-\\x7e]*");
    private static final Pattern NAME_CHARACTERS = Pattern.compile("[A-Za-z0-9-]*");

    /** Where in a certificate the name stands. */
    public enum Source {
        SUBJECT_CN("subject-cn"),
        SAN_DNS("san-dns"),
        SAN_URI("san-uri");

        private final String word;

        Source(String word) {
            this.word = word;
        }

        /** As it stands in a configuration; empty where there is no such source. */
        public static Optional<Source> ofWord(String word) {
            return List.of(values()).stream().filter(one -> one.word.equals(word)).findFirst();
        }
    }

    private final Source source;
    private final Pattern form;
    private final List<String> placeholders;
    private final String fixedFleet;

    private CertificateMapping(
            Source source, Pattern form, List<String> placeholders, String fixedFleet) {
        this.source = source;
        this.form = form;
        this.placeholders = placeholders;
        this.fixedFleet = fixedFleet;
    }

    /** What came of reading a rule. */
    public sealed interface Parsed {
        record Rule(CertificateMapping mapping) implements Parsed {}

        record Wrong(String why) implements Parsed {}
    }

    /**
     * Reads a rule.
     *
     * @param template literal text with {@code {fleet}} and {@code {tracker}}, or with {@code
     *     {tracker}} alone and a fixed fleet, or with {@code {client}} alone; each stands for 1 to
     *     32 of a-z, 0-9 and -, in upper case, too, for which lower case is taken
     * @param fixedFleet the fleet of whoever is named, where the template has none; else empty
     */
    public static Parsed parse(Source source, String template, Optional<String> fixedFleet) {
        if (template.length() > TEMPLATE_CHARS_MAX || !PRINTABLE.matcher(template).matches()) {
            return new Parsed.Wrong("a template is at most 200 printable characters of ASCII");
        }
        var form = new StringBuilder();
        var placeholders = new ArrayList<String>();
        Matcher matcher = PLACEHOLDER.matcher(template);
        int end = 0;
        while (matcher.find()) {
            String literal = template.substring(end, matcher.start());
            if (!placeholders.isEmpty() && NAME_CHARACTERS.matcher(literal).matches()) {
                return new Parsed.Wrong(
                        "between two placeholders there has to be a character that no name has");
            }
            form.append(Pattern.quote(literal)).append(NAME);
            placeholders.add(matcher.group(1));
            end = matcher.end();
        }
        String tail = template.substring(end);
        form.append(Pattern.quote(tail));
        if (template.replaceAll(PLACEHOLDER.pattern(), "").matches(".*[{}].*")) {
            return new Parsed.Wrong("a brace stands alone in the template");
        }
        return objection(List.copyOf(placeholders), fixedFleet)
                .<Parsed>map(Parsed.Wrong::new)
                .orElseGet(() ->
                        new Parsed.Rule(
                                new CertificateMapping(
                                        source,
                                        Pattern.compile(form.toString()),
                                        List.copyOf(placeholders),
                                        fixedFleet.orElse(""))));
    }

    private static Optional<String> objection(List<String> names, Optional<String> fixedFleet) {
        boolean isTracker =
                names.equals(List.of("fleet", "tracker"))
                        || names.equals(List.of("tracker", "fleet"));
        if (fixedFleet.isPresent()) {
            if (!TrackerId.isName(fixedFleet.get())) {
                return Optional.of("the fixed fleet is not a name: 1 to 32 of a-z, 0-9 and -");
            }
            return names.equals(List.of("tracker"))
                    ? Optional.empty()
                    : Optional.of("with a fixed fleet the template has {tracker} and nothing else");
        }
        return isTracker || names.equals(List.of("client"))
                ? Optional.empty()
                : Optional.of("the template has {fleet} and {tracker}, or {client}, each once");
    }

    /** Whom the certificate names, exactly one; whether there is such a one is not asked here. */
    CertificateName.Reading read(X509Certificate certificate) {
        List<String> values;
        try {
            values = values(certificate);
        } catch (CertificateParsingException | NamingException e) {
            return objection("cannot be read");
        }
        if (values.size() != 1) {
            return objection(
                    values.isEmpty()
                            ? "has no " + source.word + " to take a name from"
                            : "has more than one " + source.word);
        }
        String value = values.getFirst();
        if (!PRINTABLE.matcher(value).matches()) {
            return objection("has a " + source.word + " with characters that no name has");
        }
        Matcher matcher = form.matcher(value);
        if (!matcher.matches()) {
            return objection("has a " + source.word + " that the mapping rule does not name");
        }
        return new CertificateName.Reading.Names(name(matcher));
    }

    private String name(Matcher matcher) {
        int first = placeholders.indexOf("client");
        if (first >= 0) {
            return matcher.group(first + 1).toLowerCase(ROOT);
        }
        int fleet = placeholders.indexOf("fleet");
        String tracker = matcher.group(placeholders.indexOf("tracker") + 1);
        // In upper case only of ASCII: the form has let nothing else through.
        return new TrackerId(
                        fleet < 0 ? fixedFleet : matcher.group(fleet + 1).toLowerCase(ROOT),
                        tracker.toLowerCase(ROOT))
                .toString();
    }

    private List<String> values(X509Certificate certificate)
            throws CertificateParsingException, NamingException {
        return switch (source) {
            case SUBJECT_CN -> commonNames(certificate);
            case SAN_DNS -> alternatives(certificate, 2);
            case SAN_URI -> alternatives(certificate, 6);
        };
    }

    /**
     * @param tag of GeneralName (RFC 5280, section 4.2.1.6)
     */
    private static List<String> alternatives(X509Certificate certificate, int tag)
            throws CertificateParsingException {
        var names = certificate.getSubjectAlternativeNames();
        return names == null
                ? List.of()
                : names.stream()
                        .filter(name -> name.get(0).equals(tag))
                        .map(name -> String.valueOf(name.get(1)))
                        .toList();
    }

    private static List<String> commonNames(X509Certificate certificate) throws NamingException {
        var values = new ArrayList<String>();
        var subject = new LdapName(certificate.getSubjectX500Principal().getName());
        for (var part : subject.getRdns()) {
            var commonName = part.toAttributes().get("CN");
            for (int i = 0; commonName != null && i < commonName.size(); i++) {
                values.add(String.valueOf(commonName.get(i)));
            }
        }
        return values;
    }

    private static CertificateName.Reading objection(String what) {
        return new CertificateName.Reading.Objection("the certificate " + what);
    }
}
