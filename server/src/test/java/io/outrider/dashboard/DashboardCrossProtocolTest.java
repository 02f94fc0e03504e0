package io.outrider.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** ALPACA (CVE-2021-3618): a client of MQTT that somebody in between has led to the dashboard. */
@Timeout(60)
class DashboardCrossProtocolTest {
    /** CONNECT of MQTT 3.1.1 as acme.truck-1. */
    private static final byte[] CONNECT =
            HexFormat.of().parseHex("101800044d5154540402003c000c61636d652e747275636b2d31");

    @TempDir Path directory;
    private TestDashboard it;

    @BeforeEach
    void start() throws Exception {
        it = new TestDashboard(directory);
    }

    @AfterEach
    void stop() throws Exception {
        it.close();
    }

    @Test
    void who_asks_for_another_protocol_gets_an_alert() throws Exception {
        assertThat(offering("mqtt")).contains("no_application_protocol");
        assertThat(offering("h2")).contains("no_application_protocol");
        assertThat(offering("h2", "http/1.1")).as("a browser").isEqualTo("http/1.1");
        assertThat(offering()).as("none was asked for").isEmpty();
    }

    @Test
    void mqtt_gets_no_connack_and_nothing_of_its_own_back() throws Exception {
        try (SSLSocket socket = socket()) {
            socket.getOutputStream().write(CONNECT);
            socket.getOutputStream().write("\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] answer = socket.getInputStream().readAllBytes();

            assertThat(new String(answer, StandardCharsets.ISO_8859_1))
                    .startsWith("HTTP/1.1 400 ")
                    .doesNotContain("truck", "MQTT");
        }
    }

    /** What was agreed on, or why there is no connection. */
    private String offering(String... protocols) throws Exception {
        try (SSLSocket socket = socket()) {
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

    private SSLSocket socket() throws Exception {
        var socket =
                (SSLSocket)
                        it.keys
                                .client()
                                .getSocketFactory()
                                .createSocket(
                                        InetAddress.getLoopbackAddress(), it.dashboard.port());
        socket.setSoTimeout(10_000);
        return socket;
    }
}
