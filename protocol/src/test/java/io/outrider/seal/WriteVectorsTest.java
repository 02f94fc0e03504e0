package io.outrider.seal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Writes the vectors again: {@code mvn test -pl protocol -Dgolden=write -Dtest='WriteVectors*'}.
 */
@EnabledIfSystemProperty(named = "golden", matches = "write")
class WriteVectorsTest {
    @Test
    void writes_the_vectors_of_sealing() throws Exception {
        new AnnouncementVectors().write();
        new ReportVectors().write();
        new StatementVectors().write();
        new RequestVectors().write();
        new TokenVectors().write();
    }
}
