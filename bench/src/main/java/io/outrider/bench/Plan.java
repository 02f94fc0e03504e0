package io.outrider.bench;

/**
 * How much is measured.
 *
 * @param connections that publish at once
 * @param idle connections that are open and silent
 * @param handshakes measured, after the warm ones
 * @param warmHandshakes made before any is measured, so that the JVM has compiled what it needs
 * @param refusals of each kind
 * @param perSecond reports a second where the rate is given
 * @param seconds for which stored positions are measured, each time
 * @param warmUpSeconds before that
 * @param starts of which the median is told
 * @param isProfiling whether the server's CPU is sampled, which costs it some
 */
record Plan(
        int connections,
        int idle,
        int handshakes,
        int warmHandshakes,
        int refusals,
        int perSecond,
        int seconds,
        int warmUpSeconds,
        int starts,
        boolean isProfiling) {}
