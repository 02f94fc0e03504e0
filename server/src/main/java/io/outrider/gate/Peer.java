package io.outrider.gate;

/**
 * Where a connection comes from.
 *
 * @param address its IP address in text
 * @param port its TCP port, 0 where that is not known
 * @param listener the name of the listener that took it
 */
public record Peer(String address, int port, String listener) {}
