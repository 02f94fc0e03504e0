package io.outrider.broker;

import io.outrider.gate.Limits;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;

/** Limits small enough to be reached. */
final class TestLimits {
    private TestLimits() {}

    static Limits of(
            Map<String, Object> connecting,
            Map<String, Object> packets,
            Map<String, Object> sessions,
            Map<String, Object> rates) {
        Limits d = TestBroker.LIMITS;
        return new Limits(
                with(d.connecting(), connecting),
                with(d.packets(), packets),
                with(d.sessions(), sessions),
                with(d.rates(), rates),
                d.answers());
    }

    /** The same but for these components, by their names. */
    private static <R extends Record> R with(R record, Map<String, Object> others) {
        RecordComponent[] components = record.getClass().getRecordComponents();
        Object[] values = new Object[components.length];
        try {
            for (int i = 0; i < components.length; i++) {
                Object value = components[i].getAccessor().invoke(record);
                values[i] = others.getOrDefault(components[i].getName(), value);
            }
            @SuppressWarnings("unchecked") // the constructor of its own class
            var same =
                    (R)
                            record.getClass()
                                    .getConstructor(
                                            Arrays.stream(components)
                                                    .map(RecordComponent::getType)
                                                    .toArray(Class<?>[]::new))
                                    .newInstance(values);
            return same;
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("not a record of limits", e);
        }
    }
}
