package io.outrider.bench;

/** A running Mosquitto. */
final class MosquittoServer implements Server {
    private static final int START_SECONDS_MAX = 10;

    private final Workspace workspace;
    private final Process process;
    private final Door door;
    private final Door passwordDoor;

    MosquittoServer(Workspace workspace, Process process, Door door, Door passwordDoor) {
        this.workspace = workspace;
        this.process = process;
        this.door = door;
        this.passwordDoor = passwordDoor;
    }

    void awaitListening() throws BenchException {
        Load.awaitCount(
                "mosquitto to listen; it said: " + workspace.tail("mosquitto.log"),
                START_SECONDS_MAX,
                door::isOpen);
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public Door door() {
        return door;
    }

    /** TLS without a client certificate, user name and password. */
    Door passwordDoor() {
        return passwordDoor;
    }

    /** There is nothing that it could do. */
    @Override
    public void settle() throws BenchException {
        Pause.millis(500);
    }

    @Override
    public void close() {
        workspace.stop(process);
    }
}
