package io.outrider.gate;

/**
 * One filter of a SUBSCRIBE, as far as the gate looks at it.
 *
 * @param filter as it was sent, {@code $share/…} included
 * @param qos 0 … 2, what the client wants at most
 */
public record SubscribeRequest(String filter, int qos) {}
