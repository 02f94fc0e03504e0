package io.outrider.fuzz;

import static io.outrider.fuzz.Target.require;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Sends one strange request after the other to a server on loopback. A connection stays for the
 * next one where there is no doubt where the answer ends: a handshake costs more than all the rest.
 * For one thread.
 */
public final class HttpsPeer {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(20);
    private static final int HEAD_BYTES_MAX = 16_384;

    /** Whose answers have a body as long as they say. */
    private static final Pattern PLAIN = Pattern.compile("(GET|POST) /[!-~]*");

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 ([1-5][0-9][0-9]) .*");
    private static final Pattern NO_BODY = Pattern.compile("HTTP/1\\.1 [23]04 ");
    private static final Pattern LENGTH = Pattern.compile("\ncontent-length: *([0-9]{1,9})\r");

    private final SSLSocketFactory tls;
    private final int port;
    private @Nullable Socket kept;

    public HttpsPeer(SSLSocketFactory tls, int port) {
        this.tls = tls;
        this.port = port;
    }

    /**
     * The status of the answer.
     *
     * @param line method and address
     * @param headers lines; host, length and what becomes of the connection are added
     * @param body of characters that are bytes
     */
    public int ask(String line, List<String> headers, String body) throws IOException {
        boolean mayStay = PLAIN.matcher(line).matches();
        byte[] request =
                "%s HTTP/1.1\r\nHost: localhost:%d\r\n%s\r\nContent-Length: %d\r\n%s\r\n%s"
                        .formatted(
                                line,
                                port,
                                String.join("\r\n", headers),
                                body.length(),
                                mayStay ? "" : "Connection: close\r\n",
                                body)
                        .getBytes(StandardCharsets.ISO_8859_1);
        Optional<String> head = kept == null ? Optional.empty() : askOnKept(kept, request, mayStay);
        if (head.isEmpty()) {
            Socket fresh = open();
            kept = fresh;
            head = Optional.of(exchange(fresh, request, mayStay));
        }
        String first = head.get().lines().findFirst().orElse("");
        Matcher status = STATUS.matcher(first);
        require(status.matches(), "an answer: " + first);
        return Integer.parseInt(status.group(1));
    }

    private Socket open() throws IOException {
        Socket socket = tls.createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) ANSWER_MAX.toMillis());
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** Empty where the server has ended the connection since the answer before. */
    private Optional<String> askOnKept(Socket socket, byte[] request, boolean mayStay) {
        try {
            return Optional.of(exchange(socket, request, mayStay)).filter(head -> !head.isEmpty());
        } catch (IOException e) {
            return Optional.empty(); // asked again, and what is wrong then is a finding
        }
    }

    /** The head of the answer, whose rest is read, too, where it has an end that is told. */
    private String exchange(Socket socket, byte[] request, boolean mayStay) throws IOException {
        socket.getOutputStream().write(request);
        InputStream in = socket.getInputStream();
        String head = head(in);
        String names = head.toLowerCase(Locale.ROOT);
        if (!mayStay || names.contains("connection: close")) {
            if (!names.contains("text/event-stream")) {
                in.transferTo(OutputStream.nullOutputStream());
            }
        } else if (NO_BODY.matcher(head).lookingAt()) {
            return head;
        } else {
            Matcher length = LENGTH.matcher(names);
            if (length.find()) {
                int bytes = Integer.parseInt(length.group(1));
                require(in.readNBytes(bytes).length == bytes, "a whole answer");
                return head;
            }
        }
        kept = null;
        socket.close();
        return head;
    }

    private static String head(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        int ends = 0; // of CR LF CR LF
        while (ends < 4 && head.size() < HEAD_BYTES_MAX) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            head.write(next);
            ends = next == (ends % 2 == 0 ? '\r' : '\n') ? ends + 1 : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }
}
