package io.outrider.fuzz;

import io.outrider.authority.AuthorityTargets;
import io.outrider.broker.BrokerTargets;
import io.outrider.cli.CliTargets;
import io.outrider.credential.CredentialTargets;
import io.outrider.dashboard.DashboardTargets;
import io.outrider.gate.GateTargets;
import io.outrider.seal.SealTargets;
import io.outrider.tracker.TrackerTargets;
import io.outrider.watch.WatchTargets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Every target by its name, which is also that of its corpus. */
final class Targets {
    static final Map<String, Target> ALL = all();

    private Targets() {}

    private static Map<String, Target> all() {
        var all = new TreeMap<String, Target>();
        for (Map<String, Target> some :
                List.of(
                        AuthorityTargets.ALL,
                        BrokerTargets.ALL,
                        CliTargets.ALL,
                        CredentialTargets.ALL,
                        DashboardTargets.ALL,
                        GateTargets.ALL,
                        ProtocolTargets.ALL,
                        SealTargets.ALL,
                        TrackerTargets.ALL,
                        WatchTargets.ALL)) {
            all.putAll(some);
        }
        return Collections.unmodifiableMap(all);
    }
}
