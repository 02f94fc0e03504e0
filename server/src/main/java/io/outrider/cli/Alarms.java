package io.outrider.cli;

import io.outrider.credential.IssuerStatus;
import io.outrider.fleet.RegistryWatch;
import io.outrider.gate.RevocationListFile;
import io.outrider.store.Health;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is wrong with a server at this moment, each as a sentence for people. */
final class Alarms {
    private Alarms() {}

    /** Of the store, which is there whether a server runs or not. */
    static Optional<String> of(Health store) {
        return store.state() == Health.State.WELL
                ? Optional.empty()
                : Optional.of(
                        "store " + store.state() + " since " + store.since() + ": " + store.why());
    }

    /** Of what a server asks while it runs. */
    static List<String> of(RegistryWatch registry, MqttFront front) {
        var alarms = new ArrayList<String>();
        registry.trouble().map(why -> "registry: " + why).ifPresent(alarms::add);
        front.revocationLists().forEach(list -> of(list).ifPresent(alarms::add));
        front.issuers().forEach(issuer -> alarms.addAll(of(issuer)));
        return alarms;
    }

    private static Optional<String> of(RevocationListFile.Status list) {
        return list.trouble().map(why -> "revocation list %s: %s".formatted(list.file(), why));
    }

    private static List<String> of(IssuerStatus issuer) {
        String whose = "tokens of " + issuer.issuer() + (issuer.usable() ? "" : " let nobody in");
        return issuer.troubles().stream().map(why -> whose + ": " + why).toList();
    }
}
