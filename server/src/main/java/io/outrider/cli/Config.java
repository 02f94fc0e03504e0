package io.outrider.cli;

import io.outrider.keys.OperatorException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What an operator can choose. Everything has a default that is safe and works on one machine;
 * nothing here can switch a check off.
 *
 * @param installation the trust domain in every certificate's identity; cannot change after the
 *     first start
 * @param names names and addresses under which trackers reach this server, the first of which goes
 *     into tokens
 * @param passphraseFile what encrypts the private keys; empty for {@code passphrase} in the data
 *     directory
 * @param mqtt MQTT over mutual TLS
 * @param enrolment HTTPS for enrolment
 * @param dashboard HTTPS for the map
 */
record Config(
        String installation,
        List<String> names,
        Optional<Path> passphraseFile,
        Endpoint mqtt,
        Endpoint enrolment,
        Endpoint dashboard) {

    static final int MQTT_PORT = 8883;
    static final int ENROLMENT_PORT = 8444;
    static final int DASHBOARD_PORT = 8443;

    private static final String DOMAIN =
            "[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*";
    private static final Pattern HOST = Pattern.compile("(?=.{1,253}$)" + DOMAIN);

    /** What a key statement has room for (docs/protocol.md). */
    private static final Pattern INSTALLATION = Pattern.compile("(?=.{1,64}$)" + DOMAIN);

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

    private static Config from(ConfigReader in) throws OperatorException {
        var config =
                new Config(
                        in.text(
                                "installation",
                                "outrider.internal",
                                INSTALLATION,
                                "a domain name in lower case of at most 64 characters"),
                        in.texts(
                                "names",
                                List.of("localhost", "127.0.0.1"),
                                Config::isHost,
                                "a host name or an address"),
                        in.file("passphrase-file"),
                        endpoint(in, "mqtt", EVERYWHERE, MQTT_PORT),
                        endpoint(in, "enrolment", EVERYWHERE, ENROLMENT_PORT),
                        endpoint(in, "dashboard", LOOPBACK, DASHBOARD_PORT));
        in.requireDistinct("port", "mqtt.port", config.mqtt, "enrolment.port", config.enrolment);
        in.requireDistinct("port", "mqtt.port", config.mqtt, "dashboard.port", config.dashboard);
        in.requireDistinct(
                "port", "enrolment.port", config.enrolment, "dashboard.port", config.dashboard);
        in.throwIfAnyProblem();
        return config;
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
