package io.outrider.tracker;

import io.outrider.topic.Channel;

/**
 * The way to the broker. Nothing here blocks: what comes of it is told to the {@link Events}, from
 * any thread.
 */
interface Uplink extends AutoCloseable {

    /** What comes from the broker. */
    interface Events {
        /** Connected, and subscribed to what the backend sends. */
        void connected();

        /** There is no connection, or none any more: answers that are missing will not come. */
        void disconnected(String why);

        /**
         * The broker has answered a publication.
         *
         * @param reasonCode of MQTT 5; only 0x00 means that it is stored
         * @param reason the reason string, maybe empty
         */
        void answered(long ticket, int reasonCode, String reason);

        /** The backend has sent this. */
        void down(byte[] payload);
    }

    /** Only while there is no connection and none is being made. */
    void connect();

    /** At QoS 1; the answer comes with this ticket, or never. */
    void publish(long ticket, Channel channel, byte[] payload);

    void disconnect();

    @Override
    void close();
}
