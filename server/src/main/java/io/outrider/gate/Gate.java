package io.outrider.gate;

import static java.util.Locale.ROOT;

import io.outrider.fleet.Grant;
import io.outrider.fleet.Method;
import io.outrider.fleet.Operation;
import io.outrider.fleet.Standing;
import io.outrider.topic.TrackerId;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Who may come in, and what they may do there. Deny is the default: each decision is a list of what
 * could bar the way, and the last line of it is the only one that opens. Changes nothing and
 * remembers nothing. Safe for use by many threads.
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

    /** Whether what trackers publish has any client to be shown to. */
    public boolean hearsTrackers() {
        return directory.hearsTrackers();
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
            case Proof.OfMappedCertificate(String name, var certificate) ->
                    admitByMappedCertificate(connect, name, certificate);
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
                if (clock.instant().isBefore(certificate.getNotBefore().toInstant())) {
                    String reason = "the certificate is not valid yet";
                    yield refuse(ReasonCode.NOT_AUTHORIZED, reason, "certificate");
                }
                Optional<KeyHash> registered = registeredKey(name);
                if (registered.isEmpty()) {
                    yield refuse(ReasonCode.NOT_AUTHORIZED, name + " is not enrolled", "directory");
                }
                if (!registered.get().equals(KeyHash.of(certificate.getPublicKey()))) {
                    String reason = name + " is enrolled with another key";
                    yield refuse(ReasonCode.NOT_AUTHORIZED, reason, "directory");
                }
                Instant until = certificate.getNotAfter().toInstant();
                yield admit(connect, name, Method.CERTIFICATE, until, Optional.empty());
            }
        };
    }

    /** Another authority answers for the name; a key counts only where one is registered. */
    private Admission admitByMappedCertificate(
            ConnectRequest connect, String name, X509Certificate certificate) {
        if (clock.instant().isBefore(certificate.getNotBefore().toInstant())) {
            String reason = "the certificate is not valid yet";
            return refuse(ReasonCode.NOT_AUTHORIZED, reason, "certificate");
        }
        KeyHash key = KeyHash.of(certificate.getPublicKey());
        if (registeredKey(name).filter(registered -> !registered.equals(key)).isPresent()) {
            String reason = name + " is enrolled with another key";
            return refuse(ReasonCode.NOT_AUTHORIZED, reason, "directory");
        }
        Instant until = certificate.getNotAfter().toInstant();
        return admit(connect, name, Method.CERTIFICATE, until, Optional.empty());
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
        if (properties(connect.userProperties(), connect.userPropertyBytes())
                instanceof Decision.Deny(var code, var reason, var rule)) {
            return refuse(code, reason, rule);
        }
        Optional<TrackerId> tracker = TrackerId.parse(name);
        if (tracker.isPresent()) {
            return admitTracker(connect, tracker.get(), method, until, scopes);
        }
        return TrackerId.isName(name)
                ? admitClient(connect, name, method, until, scopes)
                : refuse(ReasonCode.NOT_AUTHORIZED, "nobody has a name like this", "directory");
    }

    private Admission admitTracker(
            ConnectRequest connect,
            TrackerId tracker,
            Method method,
            Instant until,
            Optional<List<Grant>> scopes) {
        Optional<TrackerEntry> entry = directory.tracker(tracker);
        if (entry.isEmpty()) {
            return refuse(ReasonCode.NOT_AUTHORIZED, tracker + " is not enrolled", "directory");
        }
        if (!entry.get().methods().contains(method)) {
            return refuse(ReasonCode.BAD_AUTHENTICATION_METHOD, notAllowed(method), "method");
        }
        if (entry.get().standing() != Standing.ACTIVE) {
            return refuse(ReasonCode.BANNED, banned(tracker, entry.get()), "standing");
        }
        if (!connect.clientId().equals(tracker.toString())) {
            return refuse(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "the client identifier of this tracker is " + tracker,
                    "a client identifier is an identity");
        }
        var identity = new Identity.OfTracker(tracker, entry.get().number(), method, until, scopes);
        return admitWithWill(identity, connect.will());
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
        if (!ClientIdentifier.belongsTo(name, connect.clientId())) {
            return refuse(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "client identifiers of " + name + " are " + name + " and " + name + ".anything",
                    "a client identifier is an identity");
        }
        var identity = new Identity.OfClient(name, entry.get().number(), method, until, scopes);
        return admitWithWill(identity, connect.will());
    }

    private Admission admitWithWill(Identity identity, Optional<ConnectRequest.Will> will) {
        return will.isPresent()
                        && will(identity, will.get())
                                instanceof Decision.Deny(var code, var reason, var rule)
                ? refuse(code, "the will: " + reason, rule)
                : new Admission.Admitted(identity);
    }

    /**
     * Whether somebody who was let in may still be here. The other decisions ask this, too; ask it
     * alone to know whether a refusal should end the connection.
     */
    public Decision stay(Identity identity) {
        if (!clock.instant().isBefore(identity.until())) {
            return deny(ReasonCode.NOT_AUTHORIZED, "what proved it has ended", "validity");
        }
        return switch (identity) {
            case Identity.OfTracker tracker -> stay(tracker);
            case Identity.OfClient client -> stay(client);
        };
    }

    private Decision stay(Identity.OfTracker identity) {
        Optional<TrackerEntry> entry =
                directory
                        .tracker(identity.tracker())
                        .filter(now -> now.number() == identity.number());
        if (entry.isEmpty()) {
            String reason = identity.tracker() + " is no longer enrolled";
            return deny(ReasonCode.NOT_AUTHORIZED, reason, "directory");
        }
        if (entry.get().standing() != Standing.ACTIVE) {
            return deny(
                    ReasonCode.NOT_AUTHORIZED, banned(identity.tracker(), entry.get()), "standing");
        }
        return entry.get().methods().contains(identity.method())
                ? allow("directory")
                : deny(ReasonCode.NOT_AUTHORIZED, notAllowed(identity.method()), "method");
    }

    private Decision stay(Identity.OfClient identity) {
        Optional<ClientEntry> entry = client(identity);
        if (entry.isEmpty()) {
            String reason = "the client " + identity.name() + " is no longer there";
            return deny(ReasonCode.NOT_AUTHORIZED, reason, "directory");
        }
        return entry.get().methods().contains(identity.method())
                ? allow("directory")
                : deny(ReasonCode.NOT_AUTHORIZED, notAllowed(identity.method()), "method");
    }

    /**
     * Whether to take a message. A refusal that no PUBACK can carry, and any refusal of a message
     * that gets no PUBACK, ends the connection.
     */
    public Decision publish(Identity identity, PublishRequest publish) {
        return stay(identity)
                .and(() -> properties(publish.userProperties(), publish.userPropertyBytes()))
                .and(() -> TopicForm.ofName(publish.topic(), limits.packets()))
                .and(() -> answer(identity, publish.responseTopic()))
                .and(() -> scope(identity, Operation.PUBLISH, publish.topic()))
                .and(() ->
                        switch (identity) {
                            case Identity.OfTracker tracker ->
                                    TopicRules.trackerPublishes(tracker.tracker(), publish);
                            case Identity.OfClient client ->
                                    TopicRules.clientPublishes(grants(client), publish);
                        });
    }

    /** Whether to grant one filter of a SUBSCRIBE. A refusal goes into the SUBACK at its place. */
    public Decision subscribe(Identity identity, SubscribeRequest subscribe) {
        String filter = subscribe.filter();
        return stay(identity)
                .and(() -> TopicForm.ofFilter(filter, limits.packets()))
                .and(() -> scope(identity, Operation.SUBSCRIBE, filter))
                .and(() -> mayHear(identity, filter));
    }

    /**
     * Whether a will may be left, asked at CONNECT, and whether it may be published, asked once
     * more when its time has come: rights may have changed in between.
     */
    public Decision will(Identity identity, ConnectRequest.Will will) {
        return switch (identity) {
            // A will is a publish that nobody authorises at the time when it happens, and a
            // tracker's silence is seen without one.
            case Identity.OfTracker _ ->
                    deny(
                            ReasonCode.NOT_AUTHORIZED,
                            "a tracker leaves no will",
                            "trackers leave no will");
            case Identity.OfClient client -> publish(client, will.published());
        };
    }

    private Decision properties(int count, int bytes) {
        return count > limits.packets().userPropertiesMax()
                        || bytes > limits.packets().userPropertyBytesMax()
                ? deny(ReasonCode.QUOTA_EXCEEDED, "too many user properties", "limit")
                : allow("limit");
    }

    /** Nobody makes others speak where they could not listen themselves. */
    private Decision answer(Identity identity, Optional<String> responseTopic) {
        if (responseTopic.isEmpty()) {
            return allow("no answer is asked for");
        }
        String topic = responseTopic.get();
        return TopicForm.ofName(topic, limits.packets())
                .and(() ->
                        !topic.startsWith("$")
                                        && scope(identity, Operation.SUBSCRIBE, topic)
                                                        .and(() -> mayHear(identity, topic))
                                                instanceof Decision.Allow
                                ? allow("who asks for an answer may hear it")
                                : deny(
                                        ReasonCode.NOT_AUTHORIZED,
                                        "the response topic is out of reach",
                                        "who asks for an answer may hear it"));
    }

    private Decision mayHear(Identity identity, String filter) {
        return switch (identity) {
            case Identity.OfTracker tracker ->
                    TopicRules.trackerSubscribes(tracker.tracker(), filter);
            case Identity.OfClient client -> TopicRules.clientSubscribes(grants(client), filter);
        };
    }

    /** A token's scopes bar what they do not cover, and open nothing. */
    private static Decision scope(Identity identity, Operation operation, String topic) {
        return identity.scopes()
                .filter(scopes ->
                        TopicRules.granted(operation, scopes, topic) instanceof Decision.Deny)
                .map(_ ->
                        deny(
                                ReasonCode.NOT_AUTHORIZED,
                                "no scope of the token covers this",
                                "a token's scopes"))
                .orElseGet(() -> allow("a token's scopes"));
    }

    /** What a client may do now; nothing where another has its name by now. */
    private List<Grant> grants(Identity.OfClient identity) {
        return client(identity).map(ClientEntry::grants).orElse(List.of());
    }

    private Optional<ClientEntry> client(Identity.OfClient identity) {
        return directory
                .client(identity.name())
                .filter(entry -> entry.number() == identity.number());
    }

    private static String notAllowed(Method method) {
        return "policy does not allow the method " + method.name().toLowerCase(ROOT);
    }

    private static String banned(TrackerId tracker, TrackerEntry entry) {
        return tracker + " is " + entry.standing().name().toLowerCase(ROOT);
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
