package io.outrider.broker;

import io.outrider.gate.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * The folders that the engine wants, and the configuration file that it reads once, at its start.
 * No passphrase is in the file: the engine takes them from system properties that live only as long
 * as the start does.
 */
final class EngineFiles {
    /** Elliptic curve Diffie-Hellman and authenticated encryption, and nothing else. */
    static final List<String> CIPHER_SUITES =
            List.of(
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private final Path configuration;
    private final Path data;
    private final Path extensions;

    private EngineFiles(Path directory) {
        this.configuration = directory.resolve("conf");
        this.data = directory.resolve("data");
        this.extensions = directory.resolve("extensions");
    }

    Path configuration() {
        return configuration;
    }

    Path data() {
        return data;
    }

    Path extensions() {
        return extensions;
    }

    /**
     * Writes everything afresh.
     *
     * @param keyProperty the system property that holds the key store's passphrase, escaped by
     *     {@link #xml}
     * @param trustProperty that of the trust store
     */
    static EngineFiles write(
            BrokerConfig config, Limits limits, String keyProperty, String trustProperty)
            throws BrokerException {
        var files = new EngineFiles(config.directory().toAbsolutePath());
        try {
            for (Path folder : List.of(files.configuration, files.data, files.extensions)) {
                makePrivate(folder);
            }
            try (var found = Files.list(files.extensions)) {
                // The engine would load it as code.
                if (found.findAny().isPresent()) {
                    throw new BrokerException(files.extensions + " is not empty; empty it");
                }
            }
            Path file = files.configuration.resolve("config.xml");
            Files.deleteIfExists(file);
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, text(config, limits, keyProperty, trustProperty));
        } catch (IOException e) {
            throw new BrokerException("the broker's files cannot be written", e);
        }
        return files;
    }

    private static void makePrivate(Path folder) throws IOException {
        var ownerOnly = PosixFilePermissions.fromString("rwx------");
        Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(ownerOnly));
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(folder + " is a link");
        }
        Files.setPosixFilePermissions(folder, ownerOnly);
    }

    private static String text(
            BrokerConfig config, Limits limits, String keyProperty, String trustProperty) {
        String keyPassphrase = "${" + keyProperty + "}";
        String trustPassphrase = "${" + trustProperty + "}";
        return """
        <?xml version="1.0" encoding="UTF-8"?>
        <hivemq>
          <listeners>
            <tls-tcp-listener>
              <port>%d</port>
              <bind-address>%s</bind-address>
              <name>trackers</name>
              <tls>
                <keystore>
                  <path>%s</path>
                  <password>%s</password>
                  <private-key-password>%s</private-key-password>
                </keystore>
                <truststore>
                  <path>%s</path>
                  <password>%s</password>
                </truststore>
                <protocols>
                  <protocol>TLSv1.3</protocol>
                  <protocol>TLSv1.2</protocol>
                </protocols>
                <cipher-suites>
        %s        </cipher-suites>
                <prefer-server-cipher-suites>true</prefer-server-cipher-suites>
                <handshake-timeout>%d</handshake-timeout>
                <client-authentication-mode>REQUIRED</client-authentication-mode>
              </tls>
            </tls-tcp-listener>
          </listeners>
        %s</hivemq>
        """
                .formatted(
                        config.port(),
                        xml(config.bindAddress()),
                        xml(config.tls().keyStore().toString()),
                        keyPassphrase,
                        keyPassphrase,
                        xml(config.tls().trustStore().toString()),
                        trustPassphrase,
                        cipherSuites(),
                        limits.connecting().handshakeTimeMax().toMillis(),
                        limits(limits));
    }

    private static String limits(Limits limits) {
        return """
          <mqtt>
            <queued-messages>
              <max-queue-size>%d</max-queue-size>
              <strategy>discard-oldest</strategy>
            </queued-messages>
            <retained-messages><enabled>false</enabled></retained-messages>
            <wildcard-subscriptions><enabled>false</enabled></wildcard-subscriptions>
            <shared-subscriptions><enabled>false</enabled></shared-subscriptions>
            <quality-of-service><max-qos>1</max-qos></quality-of-service>
            <topic-alias><enabled>true</enabled><max-per-client>%d</max-per-client></topic-alias>
            <session-expiry><max-interval>%d</max-interval></session-expiry>
            <keep-alive>
              <max-keep-alive>%d</max-keep-alive>
              <allow-unlimited>false</allow-unlimited>
            </keep-alive>
            <packets><max-packet-size>%d</max-packet-size></packets>
            <receive-maximum>
              <server-receive-maximum>%d</server-receive-maximum>
            </receive-maximum>
          </mqtt>
          <restrictions>
            <max-connections>%d</max-connections>
            <max-client-id-length>65</max-client-id-length>
            <no-connect-idle-timeout>%d</no-connect-idle-timeout>
          </restrictions>
          <security>
            <utf8-validation><enabled>true</enabled></utf8-validation>
            <allow-empty-client-id><enabled>false</enabled></allow-empty-client-id>
          </security>
          <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
          <persistence><mode>in-memory</mode></persistence>
        """
                .formatted(
                        limits.sessions().queuedMax(),
                        limits.packets().topicAliasesMax(),
                        limits.sessions().expiryMax().toSeconds(),
                        limits.sessions().keepAliveMax().toSeconds(),
                        limits.packets().packetBytesMax(),
                        limits.packets().receiveMax(),
                        limits.connecting().connectionsMax(),
                        limits.connecting().connectTimeMax().toMillis());
    }

    private static String cipherSuites() {
        var lines = new StringBuilder();
        for (String suite : CIPHER_SUITES) {
            lines.append("          <cipher-suite>").append(suite).append("</cipher-suite>\n");
        }
        return lines.toString();
    }

    /** Text as it stands in XML. The dollar sign, too, which begins a variable of the engine's. */
    static String xml(String text) {
        var escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ("&<>\"'$".indexOf(c) >= 0) {
                escaped.append("&#").append((int) c).append(';');
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }
}
