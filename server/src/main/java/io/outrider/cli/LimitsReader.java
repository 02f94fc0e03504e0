package io.outrider.cli;

import io.outrider.gate.Limits;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/**
 * Reads {@link Limits} from the section {@code limits}: each component under its own name, and by
 * going through the components, so that none can be forgotten. The ranges are those that the
 * records themselves refuse by.
 */
final class LimitsReader {
    private static final String SECTION = "limits";

    private final ConfigReader in;

    private LimitsReader(ConfigReader in) {
        this.in = in;
    }

    static Limits read(ConfigReader in) {
        var reader = new LimitsReader(in);
        Limits defaults = Limits.DEFAULT;
        return new Limits(
                reader.group("connecting", Limits.Connecting.class, defaults.connecting()),
                reader.group("packets", Limits.Packets.class, defaults.packets()),
                reader.group("sessions", Limits.Sessions.class, defaults.sessions()),
                reader.group("rates", Limits.Rates.class, defaults.rates()),
                reader.group("answers", Limits.Answers.class, defaults.answers()));
    }

    private <R extends Record> R group(String name, Class<R> type, R defaults) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            values[i] =
                    value(
                            key(name, components[i]),
                            components[i],
                            valueOf(components[i], defaults));
        }
        // One problem at a time is found, so what has one is put back to its default.
        for (int attempt = 0; attempt < components.length; attempt++) {
            try {
                return constructor(type).newInstance(values);
            } catch (InvocationTargetException e) {
                String why = String.valueOf(e.getTargetException().getMessage());
                int at = indexNamed(components, why.split(" ", 2)[0]);
                in.problem(key(name, components[at]), "must be otherwise: " + why);
                if (values[at].equals(valueOf(components[at], defaults))) {
                    return defaults; // it is another one that does not go with this default
                }
                values[at] = valueOf(components[at], defaults);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
        return defaults;
    }

    private Object value(String key, RecordComponent component, Object fallback) {
        if (fallback instanceof Duration duration) {
            return in.duration(key, duration);
        }
        int number = (Integer) fallback;
        return component.getName().toLowerCase(Locale.ROOT).contains("bytes")
                ? in.bytes(key, number)
                : in.number(key, number);
    }

    private static Object valueOf(RecordComponent component, Record record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <R extends Record> Constructor<R> constructor(Class<R> type)
            throws NoSuchMethodException {
        return type.getConstructor(
                Arrays.stream(type.getRecordComponents())
                        .map(RecordComponent::getType)
                        .toArray(Class<?>[]::new));
    }

    private static int indexNamed(RecordComponent[] components, String name) {
        for (int i = 0; i < components.length; i++) {
            if (components[i].getName().equals(name)) {
                return i;
            }
        }
        throw new IllegalStateException("a limit that is none: " + name);
    }

    private static String key(String group, RecordComponent component) {
        String kebab = component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        return SECTION + "." + group + "." + kebab;
    }
}
