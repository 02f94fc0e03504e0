package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class FreePortsTest {
    @Test
    void ports_are_different_free_and_none_that_a_connection_going_out_could_get()
            throws Exception {
        var ports = FreePorts.find(20);

        assertThat(ports)
                .hasSize(20)
                .doesNotHaveDuplicates()
                .allSatisfy(port ->
                        assertThat(port)
                                .isBetween(FreePorts.PORT_MIN, FreePorts.PORT_MAX)
                                .isLessThan(32_768));
        try (var taken = new ServerSocket(ports.getFirst(), 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
        }
    }
}
