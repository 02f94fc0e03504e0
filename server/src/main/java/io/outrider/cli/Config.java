package io.outrider.cli;

import io.outrider.authority.GivenAuthority;
import io.outrider.credential.TokenIssuer;
import io.outrider.gate.CertificatePolicy;
import io.outrider.gate.Limits;
import io.outrider.keys.OperatorException;
import io.outrider.watch.LogConfig;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What an operator can choose. Everything has a default that is safe and works on one machine;
 * nothing here can switch a check off. docs/outrider.example.yaml has every key.
 *
 * @param installation the trust domain in every certificate's identity; cannot change after the
 *     first start
 * @param names names and addresses under which trackers reach this server, the first of which goes
 *     into tokens
 * @param passphraseFile what encrypts the private keys; empty for {@code passphrase} in the data
 *     directory
 * @param mqtt MQTT over mutual TLS
 * @param mqttCredentials MQTT over TLS for passwords and tokens; empty where it is not opened
 * @param mqttLegacy MQTT over TLS 1.2 for old modems; empty where it is not opened
 * @param webSocket MQTT over WebSocket over TLS; empty where it is not opened
 * @param enrolment HTTPS for enrolment
 * @param dashboard HTTPS for the map
 * @param issuers whose tokens are believed beside our own
 * @param trust authorities of the operator
 * @param log what is logged, how, and where to
 * @param limits at the gate
 */
record Config(
        String installation,
        List<String> names,
        Optional<Path> passphraseFile,
        Endpoint mqtt,
        Optional<Endpoint> mqttCredentials,
        Optional<Endpoint> mqttLegacy,
        Optional<WebSocket> webSocket,
        Endpoint enrolment,
        Endpoint dashboard,
        List<TokenIssuer> issuers,
        Trust trust,
        LogConfig log,
        Limits limits) {

    /**
     * MQTT over WebSocket.
     *
     * @param origins of the web pages that may use it, such as {@code https://tools.example:8443};
     *     none of any other page
     */
    record WebSocket(Endpoint endpoint, List<String> origins) {}

    /**
     * Authorities that are not ours.
     *
     * @param issuing the operator's, which issues in place of ours
     * @param accepted whose certificates are taken, too, and whom they name
     */
    record Trust(Optional<GivenAuthority> issuing, List<CertificatePolicy.Foreign> accepted) {}

    static final int MQTT_PORT = 8883;
    static final int MQTT_CREDENTIALS_PORT = 8884;
    static final int MQTT_LEGACY_PORT = 8885;
    static final int WEB_SOCKET_PORT = 8886;
    static final int ENROLMENT_PORT = 8444;
    static final int DASHBOARD_PORT = 8443;

    private static final String DOMAIN =
            "[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*";
    private static final Pattern HOST = Pattern.compile("(?=.{1,253}$)" + DOMAIN);

    /** What a key statement has room for (docs/protocol.md). */
    private static final Pattern INSTALLATION = Pattern.compile("(?=.{1,64}$)" + DOMAIN);

    /** RFC 6454, section 6.2, of pages that came over TLS. */
    private static final Pattern ORIGIN =
            Pattern.compile("https://" + DOMAIN + "(:[1-9][0-9]{0,4})?");

    private static final InetAddress EVERYWHERE = address(new byte[4]);
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    /** What holds without a file. */
    static Config defaults() throws OperatorException {
        return from(ConfigReader.empty());
    }

    /**
     * Reads a YAML file.
     *
     * @throws OperatorException with every problem of the file, each with its line
     */
    static Config read(Path file) throws OperatorException {
        if (!Files.isRegularFile(file)) {
            throw new OperatorException(
                    "there is no configuration file " + file,
                    "Give one that exists, or leave --config out.");
        }
        return from(ConfigReader.read(file));
    }

    static Config from(ConfigReader in) throws OperatorException {
        List<String> names =
                in.texts(
                        "names",
                        List.of("localhost", "127.0.0.1"),
                        Config::isHost,
                        "a host name or an address");
        String installation =
                in.text(
                        "installation",
                        "outrider.internal",
                        INSTALLATION,
                        "a domain name in lower case of at most 64 characters");
        var config =
                new Config(
                        installation,
                        names,
                        in.file("passphrase-file"),
                        endpoint(in, "mqtt", EVERYWHERE, MQTT_PORT),
                        optional(in, "mqtt-credentials", MQTT_CREDENTIALS_PORT),
                        optional(in, "mqtt-legacy", MQTT_LEGACY_PORT),
                        webSocket(in),
                        endpoint(in, "enrolment", EVERYWHERE, ENROLMENT_PORT),
                        endpoint(in, "dashboard", LOOPBACK, DASHBOARD_PORT),
                        TokensReader.read(in, OwnTokens.issuer(installation)),
                        TrustReader.read(in),
                        LogReader.read(in, names.isEmpty() ? "outrider" : names.getFirst()),
                        LimitsReader.read(in));
        in.requireDistinctPorts(config.listeners());
        in.throwIfAnyProblem();
        return config;
    }

    /** The same with other names and listeners, on this machine. */
    Config at(List<String> itsNames, Endpoint itsMqtt, Endpoint itsEnrolment, Endpoint itsMap) {
        return new Config(
                installation,
                itsNames,
                passphraseFile,
                itsMqtt,
                mqttCredentials,
                mqttLegacy,
                webSocket,
                itsEnrolment,
                itsMap,
                issuers,
                trust,
                log,
                limits);
    }

    /** All that listen, by their section of the file. */
    private Map<String, Endpoint> listeners() {
        var listeners = new LinkedHashMap<String, Endpoint>();
        listeners.put("mqtt", mqtt);
        mqttCredentials.ifPresent(endpoint -> listeners.put("mqtt-credentials", endpoint));
        mqttLegacy.ifPresent(endpoint -> listeners.put("mqtt-legacy", endpoint));
        webSocket.ifPresent(its -> listeners.put("websocket", its.endpoint()));
        listeners.put("enrolment", enrolment);
        listeners.put("dashboard", dashboard);
        return listeners;
    }

    private static Optional<WebSocket> webSocket(ConfigReader in) {
        Optional<Endpoint> endpoint = optional(in, "websocket", WEB_SOCKET_PORT);
        return endpoint.map(its ->
                new WebSocket(
                        its,
                        in.texts(
                                "websocket.origins",
                                List.of(),
                                ORIGIN.asMatchPredicate(),
                                "a web origin, such as https://tools.example:8443")));
    }

    /** A listener that is there only where its section is. */
    private static Optional<Endpoint> optional(ConfigReader in, String section, int port) {
        return in.has(section)
                ? Optional.of(endpoint(in, section, EVERYWHERE, port))
                : Optional.empty();
    }

    private static Endpoint endpoint(
            ConfigReader in, String section, InetAddress address, int port) {
        return new Endpoint(
                in.address(section + ".address", address),
                in.integer(section + ".port", port, 1, 65_535));
    }

    private static boolean isHost(String text) {
        return HOST.matcher(text).matches() || ConfigReader.literalAddress(text).isPresent();
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalArgumentException("not an address of 4 or 16 bytes", e);
        }
    }
}
