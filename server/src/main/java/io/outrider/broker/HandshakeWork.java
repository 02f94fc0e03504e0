package io.outrider.broker;

import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * Runs the computations of TLS handshakes, away from who is connected already: each address prefix
 * in its turn, and of one prefix the newest first, so that neither a neighbour's flood nor an old
 * crowd of one's own address stands before who comes now. What is for a connection that has gone is
 * left undone. Bounded by the number of unproven connections, each of which waits for one
 * computation at most. Safe for use by many threads.
 */
final class HandshakeWork {
    private final Executor threads;

    /** In the order of their turns; none is empty. Guarded by itself. */
    private final Map<AddressPrefix, Deque<Task>> waiting = new LinkedHashMap<>();

    private record Task(Channel channel, Runnable work) {}

    HandshakeWork(Executor threads) {
        this.threads = threads;
    }

    /**
     * For one connection's computations. A connection has one handshake: TLS 1.2 would let a client
     * begin another on it whenever it likes, and no limit counts those (RFC 9325, section 3.5).
     */
    Executor of(Connection connection) {
        return work -> {
            if (connection.stage().compareTo(Connection.Stage.IN_HANDSHAKE) > 0) {
                connection.drop();
            } else {
                add(connection.prefix(), new Task(connection.channel(), work));
            }
        };
    }

    private void add(AddressPrefix prefix, Task task) {
        synchronized (waiting) {
            waiting.computeIfAbsent(prefix, _ -> new ArrayDeque<>()).addLast(task);
        }
        threads.execute(this::runNext); // as many of these wait as there are tasks
    }

    private void runNext() {
        Task task = next();
        if (task.channel().isActive()) {
            task.work().run();
        }
    }

    private Task next() {
        synchronized (waiting) {
            var turn = waiting.entrySet().iterator().next();
            AddressPrefix prefix = turn.getKey();
            Deque<Task> tasks = turn.getValue();
            Task task = tasks.removeLast();
            waiting.remove(prefix);
            if (!tasks.isEmpty()) {
                waiting.put(prefix, tasks);
            }
            return task;
        }
    }
}
