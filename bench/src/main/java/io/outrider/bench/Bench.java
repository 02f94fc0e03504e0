package io.outrider.bench;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.List;

/** What the parts of a run share. For one thread. */
final class Bench implements AutoCloseable {
    private static final int GENERATOR_THREADS = 2;

    /** Enrolled beside the trackers; reads what Mosquitto forwards. */
    private static final int READERS = 1;

    final Plan plan;
    final Progress progress;
    final Report report = new Report();
    final Workspace workspace;
    final Generator generator = new Generator(GENERATOR_THREADS);
    private final Installation installation;
    private final MosquittoSetUp mosquitto;

    Bench(Plan plan, Progress progress) throws BenchException {
        this.plan = plan;
        this.progress = progress;
        try {
            MosquittoSetUp.requireInstalled();
            this.workspace = Workspace.open();
            this.installation = Installation.create(workspace.folder().resolve("data"));
            this.mosquitto = new MosquittoSetUp(workspace);
        } catch (IOException e) {
            throw new BenchException("cannot make a folder to work in: " + e.getMessage(), e);
        }
    }

    /** A running Outrider that knows at least so many trackers. */
    OutriderServer outrider(int trackers) throws BenchException {
        OutriderServer server = OutriderServer.start(workspace, installation);
        try {
            int missing = trackers + READERS - installation.members().size();
            if (missing > 0) {
                progress.say("  enrolling " + missing + " trackers");
                installation.enrol(missing, progress);
            }
            return server;
        } catch (BenchException e) {
            server.close();
            throw e;
        }
    }

    /** A running Mosquitto that believes the same certificates; only after the first Outrider. */
    MosquittoServer mosquitto() throws BenchException {
        return mosquitto(installation.authorities(), reader().clientId());
    }

    MosquittoServer mosquitto(List<X509Certificate> authorities, String reader)
            throws BenchException {
        return mosquitto.start(authorities, reader);
    }

    Installation installation() {
        return installation;
    }

    List<Member> trackers(int count) {
        return installation.members().subList(READERS, READERS + count);
    }

    Member reader() {
        return installation.members().getFirst();
    }

    @Override
    public void close() {
        generator.close();
        workspace.close();
    }
}
