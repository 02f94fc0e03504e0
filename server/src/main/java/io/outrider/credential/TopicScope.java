package io.outrider.credential;

import io.outrider.topic.TopicFilter;

/** One word of a token's scope that narrows its rights, e.g. {@code publish:o1/acme/+/feed}. */
public record TopicScope(Use use, TopicFilter filter) {
    /** What the filter is for. */
    public enum Use {
        PUBLISH,
        SUBSCRIBE
    }

    /** As a word of {@code scope}. */
    @Override
    public String toString() {
        return ScopeWords.format(this);
    }
}
