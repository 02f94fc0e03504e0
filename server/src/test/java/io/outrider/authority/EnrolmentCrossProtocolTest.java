package io.outrider.authority;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** ALPACA (CVE-2021-3618): a client of MQTT that somebody in between has led to enrolment. */
@Timeout(60)
class EnrolmentCrossProtocolTest {
    /** CONNECT of MQTT 3.1.1 as acme.truck-1. */
    private static final byte[] CONNECT =
            HexFormat.of().parseHex("101800044d5154540402003c000c61636d652e747275636b2d31");

    @TempDir Path parent;
    private Installation installation;
    private EnrolmentServer server;

    @BeforeEach
    void start() throws Exception {
        installation = new Installation(parent.resolve("data"));
        server =
                EnrolmentServer.start(
                        installation.authority,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        () -> installation.now);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        installation.close();
    }

    @Test
    void who_asks_for_another_protocol_gets_an_alert() throws Exception {
        assertThat(offering("mqtt")).contains("no_application_protocol");
        assertThat(offering("h2")).contains("no_application_protocol");
        assertThat(offering("h2", "http/1.1")).as("curl").isEqualTo("http/1.1");
        assertThat(offering()).as("none was asked for").isEmpty();
    }

    @Test
    void mqtt_gets_no_connack_and_nothing_of_its_own_back() throws Exception {
        String said = new String(CONNECT, StandardCharsets.ISO_8859_1) + "\r\n\r\n";

        String answer = TestTls.raw(server.port(), installation.authority.root(), said);

        assertThat(answer).startsWith("HTTP/1.1 400 ").doesNotContain("truck", "MQTT");
    }

    /** What was agreed on, or why there is no connection. */
    private String offering(String... protocols) throws Exception {
        var factory = TestTls.trusting(installation.authority.root()).getSocketFactory();
        try (var socket = (SSLSocket) factory.createSocket("127.0.0.1", server.port())) {
            socket.setSoTimeout(10_000);
            var parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(protocols);
            socket.setSSLParameters(parameters);
            try {
                socket.startHandshake();
                return socket.getApplicationProtocol();
            } catch (IOException e) {
                return String.valueOf(e.getMessage());
            }
        }
    }
}
