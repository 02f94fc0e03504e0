package io.outrider.bench;

/** Waiting, for threads that have nothing else to do. */
final class Pause {
    private Pause() {}

    static void millis(long millis) throws BenchException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        }
    }
}
