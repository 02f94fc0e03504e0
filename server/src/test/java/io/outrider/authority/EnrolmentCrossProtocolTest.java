package io.outrider.authority;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.CrossProtocol;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client of MQTT that was led to enrolment: {@link CrossProtocol}. */
@Timeout(60)
class EnrolmentCrossProtocolTest {
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
        assertThat(client().offering("mqtt")).contains("no_application_protocol");
        assertThat(client().offering("h2")).contains("no_application_protocol");
        assertThat(client().offering("h2", "http/1.1")).as("curl").isEqualTo("http/1.1");
        assertThat(client().offering()).as("none was asked for").isEmpty();
    }

    @Test
    void mqtt_gets_no_connack_and_nothing_of_its_own_back() throws Exception {
        assertThat(client().answerToConnect())
                .startsWith("HTTP/1.1 400 ")
                .doesNotContain("truck", "MQTT");
    }

    private CrossProtocol client() throws Exception {
        return new CrossProtocol(TestTls.trusting(installation.authority.root()), server.port());
    }
}
