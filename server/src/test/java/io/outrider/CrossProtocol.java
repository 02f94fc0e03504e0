package io.outrider;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * ALPACA (CVE-2021-3618): a client that somebody in between has led to a server of another protocol
 * than it means.
 *
 * @param context what the client believes and shows
 * @param port of the server on loopback
 */
public record CrossProtocol(SSLContext context, int port) {
    /** CONNECT of MQTT 3.1.1 as acme.truck-1, and line ends, for a parser of HTTP. */
    private static final byte[] CONNECT =
            HexFormat.of().parseHex("101800044d5154540402003c000c61636d652e747275636b2d310d0a0d0a");

    /** What is agreed on (ALPN), or why there is no connection. */
    public String offering(String... protocols) throws IOException {
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

    /** What comes back when MQTT is spoken. */
    public String answerToConnect() throws IOException {
        try (SSLSocket socket = socket()) {
            socket.getOutputStream().write(CONNECT); // at once: it may be hung up on for a part
            return all(socket.getInputStream());
        }
    }

    /** All that comes until the peer ends it, or resets since it had not read all. */
    public static String all(InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    private SSLSocket socket() throws IOException {
        var socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        return socket;
    }
}
