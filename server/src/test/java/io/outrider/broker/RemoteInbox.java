package io.outrider.broker;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An inbox in another process, over a Unix domain socket. One thread writes, one reads; whoever
 * calls {@link #accept} waits for neither. When the other process is gone, everything that waits
 * for an answer fails, and so does everything that comes after.
 */
final class RemoteInbox implements Inbox, AutoCloseable {
    private static final int WAITING_MAX = 10_000;

    private final SocketChannel channel;
    private final BlockingQueue<byte[]> outgoing = new ArrayBlockingQueue<>(WAITING_MAX);
    private final Map<Long, CompletableFuture<Outcome>> waiting = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final Thread writer;
    private final Thread reader;

    private RemoteInbox(SocketChannel channel) {
        this.channel = channel;
        this.writer = Thread.ofVirtual().name("inbox-writer").unstarted(this::write);
        this.reader = Thread.ofVirtual().name("inbox-reader").unstarted(this::read);
    }

    static RemoteInbox connect(Path socket) throws IOException {
        var inbox = new RemoteInbox(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
        inbox.writer.start();
        inbox.reader.start();
        return inbox;
    }

    @Override
    public CompletionStage<Outcome> accept(Inbound inbound) {
        var outcome = new CompletableFuture<Outcome>();
        long number = numbers.incrementAndGet();
        waiting.put(number, outcome);
        try {
            if (!outgoing.offer(InboxFrames.question(number, inbound))) {
                fail(number, new IOException("the other process does not keep up"));
            }
        } catch (IOException e) {
            fail(number, e);
        }
        if (!channel.isOpen()) {
            // Asked for after it was put in, so that close() finds it or we do.
            fail(number, new IOException("the other process is gone"));
        }
        return outcome;
    }

    private void write() {
        try {
            while (true) {
                var frame = ByteBuffer.wrap(outgoing.take());
                while (frame.hasRemaining()) {
                    channel.write(frame);
                }
            }
        } catch (IOException | InterruptedException e) {
            close();
        }
    }

    private void read() {
        try (var in =
                new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel)))) {
            while (true) {
                var answer = InboxFrames.readAnswer(in);
                CompletableFuture<Outcome> outcome = waiting.remove(answer.number());
                if (outcome == null) {
                    throw new IOException("an answer to no question");
                }
                outcome.complete(answer.outcome());
            }
        } catch (IOException e) {
            close();
        }
    }

    private void fail(long number, IOException cause) {
        CompletableFuture<Outcome> outcome = waiting.remove(number);
        if (outcome != null) {
            outcome.completeExceptionally(cause);
        }
    }

    /** Ends the connection. Whatever waits fails. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // Closed is closed.
        }
        writer.interrupt();
        var gone = new IOException("the other process is gone");
        waiting.keySet().forEach(number -> fail(number, gone));
    }
}
