package io.outrider.cli;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Ports of loopback for a server that is thrown away, in a demonstration or in a test. */
public final class FreePorts {
    /**
     * Below those that a system gives to connections that go out (Linux: from 32,768 on): one of
     * these could be gone before the server has it.
     */
    static final int PORT_MIN = 20_000;

    static final int PORT_MAX = 32_000;

    private FreePorts() {}

    /** Different ones that nobody listens on at this moment; at most a few. */
    public static List<Integer> find(int count) throws IOException {
        var held = new ArrayList<ServerSocket>();
        try {
            while (held.size() < count) {
                int port = ThreadLocalRandom.current().nextInt(PORT_MIN, PORT_MAX);
                try {
                    held.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
                } catch (BindException e) {
                    // Somebody has it: another one.
                }
            }
            return held.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }
}
