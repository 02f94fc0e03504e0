package io.outrider;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Holds the code to the table in ARCHITECTURE.md. */
class ArchitectureTest {
    private static final String ROOT = "io.outrider.";
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.outrider");

    private final Map<String, Set<String>> mayUse = table();

    @Test
    void a_package_uses_only_what_its_row_names() {
        var violations = new TreeSet<String>();
        for (JavaClass from : CLASSES) {
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                String user = feature(from);
                String used = feature(dependency.getTargetClass());
                if (!used.isEmpty() && !used.equals(user) && !allowed(user).contains(used)) {
                    violations.add(dependency.getDescription());
                }
            }
        }

        assertThat(violations).isEmpty();
    }

    @Test
    void every_package_has_a_row_and_every_row_a_package() {
        var packages = new TreeSet<String>();
        CLASSES.forEach(type -> packages.add(feature(type)));

        assertThat(packages).isEqualTo(new TreeSet<>(mayUse.keySet()));
    }

    @Test
    void the_rows_have_no_way_round_in_a_circle() {
        for (String start : mayUse.keySet()) {
            assertThat(reachable(start)).as("reachable from " + start).doesNotContain(start);
        }
    }

    @Test
    void the_broker_and_the_gate_cannot_reach_a_sealing_key() {
        assertThat(reachable("broker")).doesNotContain("seal", "keys", "store", "intake");
        assertThat(reachable("gate")).doesNotContain("seal", "keys", "store", "intake");
    }

    @Test
    void the_gate_knows_no_engine() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.outrider.broker..", "io.outrider.tracker..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.hivemq..", "io.netty..")
                .check(CLASSES);
    }

    @Test
    void our_code_uses_no_jackson_2() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.fasterxml.jackson..")
                .check(CLASSES);
    }

    private Set<String> allowed(String feature) {
        return mayUse.getOrDefault(feature, Set.of());
    }

    private Set<String> reachable(String start) {
        var seen = new HashSet<String>();
        var open = new ArrayDeque<>(allowed(start));
        while (!open.isEmpty()) {
            String next = open.poll();
            if (seen.add(next)) {
                open.addAll(allowed(next));
            }
        }
        return seen;
    }

    /**
     * {@code io.outrider.seal.Secret} belongs to {@code seal}; what is not ours belongs to nothing.
     */
    private static String feature(JavaClass type) {
        String name = type.getPackageName() + ".";
        return name.startsWith(ROOT)
                ? name.substring(ROOT.length(), name.indexOf('.', ROOT.length()))
                : "";
    }

    private static Map<String, Set<String>> table() {
        var rows = new LinkedHashMap<String, Set<String>>();
        boolean inTable = false;
        for (String line : architecture()) {
            if (line.startsWith("| package | what it is | may use |")) {
                inTable = true;
            } else if (inTable && !line.startsWith("|")) {
                return rows;
            } else if (inTable && line.startsWith("| `")) {
                List<String> cells = Arrays.asList(line.split("\\|", -1));
                Set<String> names =
                        new HashSet<>(Arrays.asList(cells.get(3).strip().split(" ", -1)));
                names.remove("");
                rows.put(cells.get(1).strip().replace("`", ""), names);
            }
        }
        throw new IllegalStateException("ARCHITECTURE.md has no table of packages");
    }

    private static List<String> architecture() {
        try {
            return Files.readAllLines(Checkout.root().resolve("ARCHITECTURE.md"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
