package io.outrider.dashboard;

/** A signed-in browser. Its token is never printed. */
record Session(String token, long account, String user) {

    @Override
    public String toString() {
        return "Session(" + user + ")";
    }
}
