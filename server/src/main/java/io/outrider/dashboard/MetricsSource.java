package io.outrider.dashboard;

/** What {@code /metrics} shows; the dashboard decides who may see it. */
@FunctionalInterface
public interface MetricsSource {

    /** Everything as of now. */
    Page read();

    /**
     * What is shown.
     *
     * @param contentType of the format
     * @param text in that format
     */
    record Page(String contentType, String text) {}
}
