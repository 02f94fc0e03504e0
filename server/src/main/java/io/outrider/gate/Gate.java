package io.outrider.gate;

import static java.util.Locale.ROOT;

import io.outrider.fleet.Grant;
import io.outrider.fleet.Method;
import io.outrider.fleet.Standing;
import io.outrider.topic.TrackerId;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Who may come in, and what they may do there. Deny is the default: each method ends in the one way
 * through, after everything that bars it. Safe for use by many threads.
 */
public final class Gate {
    private final String installation;
    private final Limits limits;
    private final Directory directory;
    private final InstantSource clock;

    /**
     * A gate for one installation.
     *
     * @param installation the trust domain in the URI of each certificate, see {@link
     *     io.outrider.topic.TrackerId#uri}
     */
    public Gate(String installation, Limits limits, Directory directory, InstantSource clock) {
        this.installation = installation;
        this.limits = limits;
        this.directory = directory;
        this.clock = clock;
    }

    public Limits limits() {
        return limits;
    }

    /** Whether to let a peer in, and as whom. */
    public Admission admit(ConnectRequest connect, Proof proof) {
        if (connect.version() == MqttVersion.V3_1) {
            return refuse(
                    ReasonCode.UNSUPPORTED_PROTOCOL_VERSION, "speak MQTT 5 or 3.1.1", "version");
        }
        return switch (proof) {
            case Proof.Nothing(String why) -> refuse(ReasonCode.NOT_AUTHORIZED, why, "proof");
            case Proof.OfCertificate(var certificate) -> admitByCertificate(connect, certificate);
            case Proof.OfPassword(String name) ->
                    admit(connect, name, Method.PASSWORD, Instant.MAX, Optional.empty());
            case Proof.OfToken(String name, Instant until, var scopes) ->
                    admit(connect, name, Method.TOKEN, until, scopes);
        };
    }

    private Admission admitByCertificate(ConnectRequest connect, X509Certificate certificate) {
        return switch (CertificateName.read(certificate, installation)) {
            case CertificateName.Reading.Objection(String reason) ->
                    refuse(ReasonCode.NOT_AUTHORIZED, reason, "certificate");
            case CertificateName.Reading.Names(String name) -> {
                var from = certificate.getNotBefore().toInstant();
                var until = certificate.getNotAfter().toInstant();
                if (clock.instant().isBefore(from)) {
                    yield refuse(
                            ReasonCode.NOT_AUTHORIZED,
                            "the certificate is not valid yet",
                            "certificate");
                }
                Optional<KeyHash> registered = registeredKey(name);
                if (registered.isEmpty()) {
                    yield refuse(ReasonCode.NOT_AUTHORIZED, name + " is not enrolled", "directory");
                }
                if (!registered.get().equals(KeyHash.of(certificate.getPublicKey()))) {
                    yield refuse(
                            ReasonCode.NOT_AUTHORIZED,
                            name + " is enrolled with another key",
                            "directory");
                }
                yield admit(connect, name, Method.CERTIFICATE, until, Optional.empty());
            }
        };
    }

    private Optional<KeyHash> registeredKey(String name) {
        return TrackerId.parse(name)
                .map(id -> directory.tracker(id).flatMap(TrackerEntry::key))
                .orElseGet(() -> directory.client(name).flatMap(ClientEntry::key));
    }

    /** A CONNECT of somebody who has proven to be of this name. */
    private Admission admit(
            ConnectRequest connect,
            String name,
            Method method,
            Instant until,
            Optional<List<Grant>> scopes) {
        if (!clock.instant().isBefore(until)) {
            return refuse(ReasonCode.NOT_AUTHORIZED, "what proves it has ended", "validity");
        }
        Optional<TrackerId> tracker = TrackerId.parse(name);
        return tracker.isPresent()
                ? admitTracker(connect, tracker.get(), method, until)
                : admitClient(connect, name, method, until, scopes);
    }

    private Admission admitTracker(
            ConnectRequest connect, TrackerId tracker, Method method, Instant until) {
        Optional<TrackerEntry> entry = directory.tracker(tracker);
        if (entry.isEmpty()) {
            return refuse(ReasonCode.NOT_AUTHORIZED, tracker + " is not enrolled", "directory");
        }
        if (!entry.get().methods().contains(method)) {
            return refuse(ReasonCode.BAD_AUTHENTICATION_METHOD, notAllowed(method), "method");
        }
        if (entry.get().standing() != Standing.ACTIVE) {
            String standing = entry.get().standing().name().toLowerCase(ROOT);
            return refuse(ReasonCode.BANNED, tracker + " is " + standing, "standing");
        }
        if (!connect.clientId().equals(tracker.toString())) {
            return refuse(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "the client identifier of this tracker is " + tracker,
                    "a client identifier is an identity");
        }
        if (connect.will().isPresent()) {
            // A will is a publish that nobody authorises at the time when it happens, and a
            // tracker's silence is seen without one.
            return refuse(
                    ReasonCode.NOT_AUTHORIZED,
                    "a tracker leaves no will",
                    "trackers leave no will");
        }
        return new Admission.Admitted(
                new Identity.OfTracker(tracker, entry.get().number(), method, until));
    }

    private Admission admitClient(
            ConnectRequest connect,
            String name,
            Method method,
            Instant until,
            Optional<List<Grant>> scopes) {
        Optional<ClientEntry> entry = directory.client(name);
        if (entry.isEmpty()) {
            return refuse(ReasonCode.NOT_AUTHORIZED, "there is no client " + name, "directory");
        }
        if (!entry.get().methods().contains(method)) {
            return refuse(ReasonCode.BAD_AUTHENTICATION_METHOD, notAllowed(method), "method");
        }
        String clientId = connect.clientId();
        if (!clientId.equals(name) && !clientId.startsWith(name + ".")) {
            return refuse(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "client identifiers of " + name + " are " + name + " and " + name + ".anything",
                    "a client identifier is an identity");
        }
        var identity = new Identity.OfClient(name, entry.get().number(), method, until, scopes);
        return connect.will()
                .map(will -> publish(identity, PublishRequest.of(will)))
                .<Admission>map(decision ->
                        switch (decision) {
                            case Decision.Allow _ -> new Admission.Admitted(identity);
                            case Decision.Deny(var code, var reason, var rule) ->
                                    refuse(code, "the will: " + reason, rule);
                        })
                .orElseGet(() -> new Admission.Admitted(identity));
    }

    private static String notAllowed(Method method) {
        return "policy does not allow the method " + method.name().toLowerCase(ROOT);
    }

    /** Whether somebody who was let in may still be here. */
    public Decision stay(Identity identity) {
        if (!clock.instant().isBefore(identity.until())) {
            return deny(ReasonCode.NOT_AUTHORIZED, "what proved it has ended", "validity");
        }
        return switch (identity) {
            case Identity.OfTracker(var tracker, long number, var method, _) ->
                    stay(
                            tracker + " is no longer enrolled",
                            directory
                                    .tracker(tracker)
                                    .filter(entry -> entry.number() == number)
                                    .filter(entry -> entry.standing() == Standing.ACTIVE)
                                    .map(entry -> entry.methods().contains(method)));
            case Identity.OfClient(String name, long number, var method, _, _) ->
                    stay(
                            "the client " + name + " is no longer there",
                            directory
                                    .client(name)
                                    .filter(entry -> entry.number() == number)
                                    .map(entry -> entry.methods().contains(method)));
        };
    }

    private static Decision stay(String gone, Optional<Boolean> methodAllowed) {
        if (methodAllowed.isEmpty()) {
            return deny(ReasonCode.NOT_AUTHORIZED, gone, "directory");
        }
        return methodAllowed.get()
                ? allow("directory")
                : deny(ReasonCode.NOT_AUTHORIZED, "its method is no longer allowed", "method");
    }

    /**
     * Whether to take a message. A refusal that no PUBACK can carry, and any refusal of a message
     * that gets no PUBACK, ends the connection.
     */
    public Decision publish(Identity identity, PublishRequest publish) {
        Optional<Decision> bad = malformed(publish.topic(), ReasonCode.TOPIC_NAME_INVALID);
        if (bad.isPresent()) {
            return bad.get();
        }
        if (publish.userProperties() > limits.packets().userPropertiesMax()
                || publish.userPropertyBytes() > limits.packets().userPropertyBytesMax()) {
            return deny(ReasonCode.QUOTA_EXCEEDED, "too many user properties", "limit");
        }
        Decision decision =
                switch (identity) {
                    case Identity.OfTracker tracker -> trackerPublishes(tracker, publish);
                    case Identity.OfClient client ->
                            TopicRules.clientPublishes(grants(client), publish.topic());
                };
        if (decision instanceof Decision.Allow
                && publish.responseTopic().isPresent()
                && subscribe(identity, new SubscribeRequest(publish.responseTopic().get(), 0))
                        instanceof Decision.Deny) {
            return deny(
                    ReasonCode.NOT_AUTHORIZED,
                    "the response topic is out of reach",
                    "who asks for an answer may hear it");
        }
        return decision;
    }

    private static Decision trackerPublishes(Identity.OfTracker tracker, PublishRequest publish) {
        if (publish.retain()) {
            return deny(
                    ReasonCode.RETAIN_NOT_SUPPORTED,
                    "nothing is retained",
                    "trackers retain nothing");
        }
        if (publish.qos() > 1) {
            return deny(ReasonCode.QOS_NOT_SUPPORTED, "the highest QoS is 1", "trackers use QoS 1");
        }
        if (publish.qos() < 1) {
            // Acknowledged means stored: what asks for no acknowledgement could vanish unseen.
            return deny(ReasonCode.NOT_AUTHORIZED, "publish with QoS 1", "trackers use QoS 1");
        }
        return TopicRules.trackerPublishes(tracker, publish.topic());
    }

    /** Whether to grant one filter of a SUBSCRIBE. A refusal goes into the SUBACK at its place. */
    public Decision subscribe(Identity identity, SubscribeRequest subscribe) {
        String filter = subscribe.filter();
        Optional<Decision> bad = malformed(filter, ReasonCode.TOPIC_FILTER_INVALID);
        if (bad.isPresent()) {
            return bad.get();
        }
        return switch (identity) {
            case Identity.OfTracker tracker -> TopicRules.trackerSubscribes(tracker, filter);
            case Identity.OfClient client -> TopicRules.clientSubscribes(grants(client), filter);
        };
    }

    /** What a client may do now: its grants, and where a token narrows them only those within. */
    private List<Grant> grants(Identity.OfClient client) {
        List<Grant> grants =
                directory
                        .client(client.name())
                        .filter(entry -> entry.number() == client.number())
                        .map(ClientEntry::grants)
                        .orElse(List.of());
        return client.scopes().map(scopes -> narrowed(grants, scopes)).orElse(grants);
    }

    /** Each scope that a grant covers, and each grant that a scope covers. */
    private static List<Grant> narrowed(List<Grant> grants, List<Grant> scopes) {
        return Stream.concat(
                        scopes.stream()
                                .filter(scope -> grants.stream().anyMatch(g -> covers(g, scope))),
                        grants.stream()
                                .filter(grant -> scopes.stream().anyMatch(s -> covers(s, grant))))
                .toList();
    }

    private static boolean covers(Grant wide, Grant narrow) {
        return wide.operation() == narrow.operation() && wide.filter().covers(narrow.filter());
    }

    private Optional<Decision> malformed(String topic, ReasonCode invalid) {
        var packets = limits.packets();
        if (topic.isEmpty()
                || topic.getBytes(StandardCharsets.UTF_8).length > packets.topicBytesMax()) {
            return Optional.of(
                    deny(
                            invalid,
                            "the topic is not of 1 to " + packets.topicBytesMax() + " bytes",
                            "limit"));
        }
        if (topic.chars().filter(c -> c == '/').count() >= packets.topicLevelsMax()) {
            return Optional.of(
                    deny(
                            invalid,
                            "the topic has more than " + packets.topicLevelsMax() + " levels",
                            "limit"));
        }
        return Optional.empty();
    }

    private static Admission refuse(ReasonCode code, String reason, String rule) {
        return new Admission.Refused(code, reason, rule);
    }

    private static Decision allow(String rule) {
        return new Decision.Allow(rule);
    }

    private static Decision deny(ReasonCode code, String reason, String rule) {
        return new Decision.Deny(code, reason, rule);
    }
}
