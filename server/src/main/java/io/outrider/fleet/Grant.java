package io.outrider.fleet;

import io.outrider.topic.TopicFilter;

/** One right of a client: to publish or to subscribe to what a filter covers. */
public record Grant(Operation operation, TopicFilter filter) {

    @Override
    public String toString() {
        return (operation == Operation.PUBLISH ? "may-publish " : "may-subscribe ") + filter;
    }
}
