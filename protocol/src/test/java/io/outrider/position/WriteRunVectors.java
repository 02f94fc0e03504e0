package io.outrider.position;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Writes the vectors of runs again, as {@code WriteSealVectors} does those of sealing. */
@EnabledIfSystemProperty(named = "golden", matches = "write")
class WriteRunVectors {
    @Test
    void writes_the_vectors_of_runs() throws IOException {
        new RunVectors().write();
    }
}
