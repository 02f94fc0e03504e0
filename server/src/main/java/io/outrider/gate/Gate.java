package io.outrider.gate;

import io.outrider.topic.Channel;
import io.outrider.topic.TrackerTopic;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Who may come in, and what they may do there. Deny is the default: each method ends in the one way
 * through, after everything that bars it. Safe for use by many threads.
 */
public final class Gate {
    private static final Decision ALLOW = new Decision.Allow();

    private final String installation;
    private final Limits limits;
    private final Enrolments enrolments;
    private final InstantSource clock;

    /**
     * A gate for one installation.
     *
     * @param installation the trust domain in the URI of each certificate, see {@link
     *     io.outrider.topic.TrackerId#uri}
     */
    public Gate(String installation, Limits limits, Enrolments enrolments, InstantSource clock) {
        this.installation = installation;
        this.limits = limits;
        this.enrolments = enrolments;
        this.clock = clock;
    }

    public Limits limits() {
        return limits;
    }

    /** Whether to let a client in, and as whom. */
    public Admission admit(ConnectRequest connect) {
        if (connect.version() == MqttVersion.V3_1) {
            return refuse(ReasonCode.UNSUPPORTED_PROTOCOL_VERSION, "speak MQTT 5 or 3.1.1");
        }
        if (connect.enhancedAuthentication()) {
            return refuse(
                    ReasonCode.BAD_AUTHENTICATION_METHOD, "the certificate is the only method");
        }
        if (connect.certificate().isEmpty()) {
            return refuse(ReasonCode.NOT_AUTHORIZED, "there is no client certificate");
        }
        X509Certificate certificate = connect.certificate().get();
        return switch (CertificateName.read(certificate, installation)) {
            case CertificateName.Reading.Objection(String reason) ->
                    refuse(ReasonCode.NOT_AUTHORIZED, reason);
            case CertificateName.Reading.Names(var tracker) -> {
                var from = certificate.getNotBefore().toInstant();
                var until = certificate.getNotAfter().toInstant();
                if (clock.instant().isBefore(from) || clock.instant().isAfter(until)) {
                    yield refuse(ReasonCode.NOT_AUTHORIZED, "the certificate is not valid now");
                }
                if (!connect.clientId().equals(tracker.toString())) {
                    yield refuse(
                            ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                            "the client identifier of this certificate is " + tracker);
                }
                Optional<Enrolled> enrolled = enrolments.enrolled(tracker);
                if (enrolled.isEmpty()) {
                    yield refuse(ReasonCode.NOT_AUTHORIZED, tracker + " is not enrolled");
                }
                if (!enrolled.get().key().equals(KeyHash.of(certificate.getPublicKey()))) {
                    yield refuse(
                            ReasonCode.NOT_AUTHORIZED, tracker + " is enrolled with another key");
                }
                yield admitOnTerms(connect, new Identity(tracker, enrolled.get().number(), until));
            }
        };
    }

    /** The rest of a CONNECT of somebody who has proven who they are. */
    private Admission admitOnTerms(ConnectRequest connect, Identity identity) {
        if (connect.will()) {
            // A will is a publish that nobody authorises at the time when it happens, and a
            // tracker's silence is seen without one.
            return refuse(ReasonCode.NOT_AUTHORIZED, "a tracker leaves no will");
        }
        int keepAlive = connect.keepAliveSeconds();
        boolean canBeTold = connect.version() == MqttVersion.V5;
        if (keepAlive != 0 && keepAlive < limits.keepAliveMin().toSeconds()) {
            return refuse(
                    ReasonCode.QUOTA_EXCEEDED,
                    "the keep alive is below " + limits.keepAliveMin().toSeconds() + " s");
        }
        if (!canBeTold && (keepAlive == 0 || keepAlive > limits.keepAliveMax().toSeconds())) {
            return refuse(
                    ReasonCode.QUOTA_EXCEEDED,
                    "the keep alive is above " + limits.keepAliveMax().toSeconds() + " s");
        }
        return new Admission.Admitted(identity);
    }

    /** Whether somebody who was let in may still be here. */
    public Decision stay(Identity identity) {
        if (clock.instant().isAfter(identity.until())) {
            return deny(ReasonCode.NOT_AUTHORIZED, "the certificate has ended");
        }
        boolean current =
                enrolments
                        .enrolled(identity.tracker())
                        .filter(enrolled -> enrolled.number() == identity.enrolment())
                        .isPresent();
        return current
                ? ALLOW
                : deny(ReasonCode.NOT_AUTHORIZED, identity.tracker() + " is no longer enrolled");
    }

    /**
     * Whether to take a message. A refusal that no PUBACK can carry, and any refusal of a message
     * that gets no PUBACK, ends the connection.
     */
    public Decision publish(Identity identity, PublishRequest publish) {
        Decision form = form(publish.topic(), ReasonCode.TOPIC_NAME_INVALID);
        if (form instanceof Decision.Deny) {
            return form;
        }
        if (publish.retain()) {
            return deny(ReasonCode.RETAIN_NOT_SUPPORTED, "nothing is retained");
        }
        if (publish.qos() > 1) {
            return deny(ReasonCode.QOS_NOT_SUPPORTED, "the highest QoS is 1");
        }
        if (publish.qos() < 1) {
            // Acknowledged means stored: what asks for no acknowledgement could vanish unseen.
            return deny(ReasonCode.NOT_AUTHORIZED, "publish with QoS 1");
        }
        if (publish.userProperties() > limits.userPropertiesMax()
                || publish.userPropertyBytes() > limits.userPropertyBytesMax()) {
            return deny(ReasonCode.QUOTA_EXCEEDED, "too many user properties");
        }
        Optional<Channel> channel = ownChannel(identity, publish.topic());
        if (channel.isEmpty()) {
            return deny(ReasonCode.NOT_AUTHORIZED, "not a topic of " + identity.tracker());
        }
        if (!isUp(channel.get())) {
            return deny(ReasonCode.NOT_AUTHORIZED, "trackers do not publish to " + publish.topic());
        }
        if (publish.responseTopic().isPresent()
                && subscribe(identity, publish.responseTopic().get()) instanceof Decision.Deny) {
            return deny(ReasonCode.NOT_AUTHORIZED, "the response topic is out of reach");
        }
        return ALLOW;
    }

    /**
     * Whether to grant one filter of a SUBSCRIBE. A refusal goes into the SUBACK at its place.
     *
     * @param filter as it was sent, {@code $share/…} included
     */
    public Decision subscribe(Identity identity, String filter) {
        Decision form = form(filter, ReasonCode.TOPIC_FILTER_INVALID);
        if (form instanceof Decision.Deny) {
            return form;
        }
        if (filter.startsWith("$share")) {
            return deny(
                    ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
                    "trackers share no subscription");
        }
        if (filter.contains("#") || filter.contains("+")) {
            return deny(
                    ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED, "trackers use no wildcard");
        }
        Optional<Channel> channel = ownChannel(identity, filter);
        if (channel.isEmpty()) {
            return deny(ReasonCode.NOT_AUTHORIZED, "not a topic of " + identity.tracker());
        }
        if (isUp(channel.get())) {
            return deny(ReasonCode.NOT_AUTHORIZED, "trackers do not subscribe to " + filter);
        }
        return ALLOW;
    }

    private Decision form(String topic, ReasonCode invalid) {
        if (topic.isEmpty()
                || topic.getBytes(StandardCharsets.UTF_8).length > limits.topicBytesMax()) {
            return deny(invalid, "the topic is not of 1 … " + limits.topicBytesMax() + " bytes");
        }
        if (topic.chars().filter(c -> c == '/').count() >= limits.topicLevelsMax()) {
            return deny(invalid, "the topic has more than " + limits.topicLevelsMax() + " levels");
        }
        return ALLOW;
    }

    private static Optional<Channel> ownChannel(Identity identity, String topic) {
        return TrackerTopic.parse(topic)
                .filter(parsed -> parsed.tracker().equals(identity.tracker()))
                .map(TrackerTopic::channel);
    }

    /** Whether a channel leads from the tracker to the backend; the others lead the other way. */
    private static boolean isUp(Channel channel) {
        return switch (channel) {
            case EPOCH, REPORT -> true;
            case DOWN, FEED -> false;
        };
    }

    private static Admission refuse(ReasonCode code, String reason) {
        return new Admission.Refused(code, reason);
    }

    private static Decision deny(ReasonCode code, String reason) {
        return new Decision.Deny(code, reason);
    }
}
