package io.outrider.gate;

/** A limit of {@link Limits} that can be reached, for counting. */
public enum Limit {
    CONNECTIONS,
    CONNECTIONS_PER_PREFIX,
    CONNECTIONS_PER_IDENTITY,
    UNPROVEN_CONNECTIONS,
    HANDSHAKE_RATE,
    HANDSHAKE_TIME,
    CONNECT_TIME,
    BYTES_BEFORE_CONNECT,
    GUESSES,
    PACKET_SIZE,
    TOPIC,
    SUBSCRIPTIONS,
    USER_PROPERTIES,
    KEEP_ALIVE,
    RECEIVE_MAXIMUM,
    MESSAGE_RATE,
    BYTE_RATE,
    RETAINED,
    TAKEOVERS,
    RENEWALS
}
