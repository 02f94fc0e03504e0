package io.outrider.seal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Writes the vectors of sealing again: {@code mvn test -pl protocol -Dgolden=write
 * -Dtest='Write*Vectors'}. Its name keeps it out of every other run.
 */
@EnabledIfSystemProperty(named = "golden", matches = "write")
class WriteSealVectors {
    @Test
    void writes_the_vectors_of_sealing() throws Exception {
        new AnnouncementVectors().write();
        new ReportVectors().write();
        new StatementVectors().write();
        new RequestVectors().write();
        new TokenVectors().write();
    }
}
