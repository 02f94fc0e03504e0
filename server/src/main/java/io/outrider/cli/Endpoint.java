package io.outrider.cli;

import java.net.InetAddress;

/**
 * Where a listener waits.
 *
 * @param address the local address
 * @param port 1 to 65,535
 */
record Endpoint(InetAddress address, int port) {}
