package io.outrider.fleet;

import static io.outrider.fleet.Method.CERTIFICATE;
import static io.outrider.fleet.Method.PASSWORD;
import static io.outrider.fleet.Method.TOKEN;
import static io.outrider.fleet.TestRegistry.made;
import static io.outrider.fleet.TestRegistry.refused;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MethodPolicyTest {
    @TempDir Path directory;
    private TestRegistry test;

    @BeforeEach
    void open() throws Exception {
        test = new TestRegistry(directory);
        test.add("acme.one");
        test.add("acme.two");
        test.add("zeta.one");
        made(test.registry.addClient("lake", List.of(), Set.of(CERTIFICATE)));
    }

    @AfterEach
    void close() throws Exception {
        test.close();
    }

    @Test
    void no_method_at_all_and_nobody_known_are_refused() throws Exception {
        for (String name : new String[] {"acme", "acme.one", "lake"}) {
            refused(test.registry.setMethods(name, Set.of()), "name at least one method");
        }
        refused(test.registry.addClient("sea", List.of(), Set.of()), "name at least one method");
        refused(test.registry.setMethods("nobody", Set.of(TOKEN)), "no fleet or client nobody");
        refused(test.registry.setMethods("acme.x", Set.of(TOKEN)), "no tracker acme.x");
        refused(test.registry.clearMethods("nobody"), "no fleet or client nobody");
        assertThat(test.registry.methodsOf("nobody")).isEmpty();
        assertThat(test.registry.methodsOf("acme.nobody")).isEmpty();
        assertThat(test.heard).isEmpty();
    }

    @Test
    void without_a_word_it_is_certificates_alone() {
        assertMethods("acme", "certificate (default)");
        assertMethods("acme.one", "certificate (default)");
        assertMethods("lake", "certificate (client)");
    }

    @Test
    void a_fleets_word_holds_for_its_trackers_and_a_trackers_own_instead_of_it() throws Exception {
        made(test.registry.setMethods("acme.two", Set.of(TOKEN)));
        made(test.registry.setMethods("acme", Set.of(PASSWORD, CERTIFICATE)));

        assertMethods("acme", "certificate, password (fleet)");
        assertMethods("acme.one", "certificate, password (fleet)");
        assertMethods("acme.two", "token (tracker)");
        assertMethods("zeta.one", "certificate (default)");
        test.add("acme.three");
        assertMethods("acme.three", "certificate, password (fleet)");
        assertThat(test.tracker("acme.two").methods().methods()).containsExactly(TOKEN);
    }

    @Test
    void what_was_said_can_be_taken_back() throws Exception {
        made(test.registry.setMethods("acme", Set.of(PASSWORD)));
        made(test.registry.setMethods("acme.one", Set.of(TOKEN)));
        made(test.registry.setMethods("lake", Set.of(TOKEN)));

        made(test.registry.clearMethods("acme.one"));
        assertMethods("acme.one", "password (fleet)");
        made(test.registry.clearMethods("acme"));
        assertMethods("acme.one", "certificate (default)");
        made(test.registry.clearMethods("lake"));
        assertMethods("lake", "certificate (client)");
    }

    @Test
    void it_is_the_same_after_a_restart() throws Exception {
        made(test.registry.setMethods("acme", Set.of(PASSWORD)));
        made(test.registry.setMethods("acme.two", Set.of(TOKEN, CERTIFICATE)));
        made(test.registry.setMethods("lake", Set.of(PASSWORD, TOKEN)));

        test.reopen();

        assertMethods("acme", "password (fleet)");
        assertMethods("acme.one", "password (fleet)");
        assertMethods("acme.two", "certificate, token (tracker)");
        assertMethods("zeta.one", "certificate (default)");
        assertMethods("lake", "password, token (client)");
        assertThat(test.registry.fleets())
                .extracting(fleet -> fleet.methods().toString())
                .containsExactly("password (fleet)", "certificate (default)");
    }

    @Test
    void only_those_hear_whose_methods_are_others_now() throws Exception {
        made(test.registry.setMethods("acme.two", Set.of(TOKEN)));
        test.heard.clear();

        made(test.registry.setMethods("acme", Set.of(CERTIFICATE)));
        assertThat(test.heard).isEmpty();
        made(test.registry.setMethods("acme", Set.of(PASSWORD)));
        made(test.registry.setMethods("acme", Set.of(PASSWORD)));
        made(test.registry.setMethods("lake", Set.of(TOKEN)));

        assertThat(test.heard)
                .containsExactly(
                        new RightsChange.MethodsChanged(
                                test.tracker("acme.one").who(), Set.of(PASSWORD)),
                        new RightsChange.MethodsChanged(
                                test.registry.client("lake").orElseThrow().who(), Set.of(TOKEN)));
    }

    private void assertMethods(String name, String expected) {
        assertThat(test.registry.methodsOf(name).map(MethodPolicy::toString)).contains(expected);
    }
}
