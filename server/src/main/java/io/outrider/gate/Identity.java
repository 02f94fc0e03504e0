package io.outrider.gate;

import io.outrider.topic.TrackerId;
import java.time.Instant;

/**
 * Who is behind one connection, as proven at CONNECT.
 *
 * @param enrolment what everything that this connection owns is owned by: a name that is enrolled
 *     again has another number and inherits nothing
 * @param until when the certificate ends, and with it the right to be here
 */
public record Identity(TrackerId tracker, long enrolment, Instant until) {}
