package io.outrider.credential;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.credential.Passwords.Precedence;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PasswordsTest {
    private static final String NAME = "acme.truck-7";

    private final Password password = Password.generate(new SecureRandom());
    private final Password another = Password.generate(new SecureRandom());
    private final PasswordSource oneTruck =
            name -> name.equals(NAME) ? Optional.of(password.stored()) : Optional.empty();

    @Test
    void the_right_password_of_another_name_or_of_nobody_is_wrong_in_the_same_words()
            throws Exception {
        try (var passwords = new Passwords(oneTruck, 1, 8)) {
            assertThat(verify(passwords, NAME, bytes(password)))
                    .isEqualTo(new PasswordCheck.Right(NAME));
            PasswordCheck wrong = verify(passwords, NAME, bytes(another));
            assertThat(wrong).isInstanceOf(PasswordCheck.Wrong.class);
            assertThat(verify(passwords, "acme.truck-8", bytes(password))).isEqualTo(wrong);
            assertThat(verify(passwords, "", bytes(password))).isEqualTo(wrong);
        }
    }

    @Test
    void what_cannot_be_a_password_of_ours_costs_no_hash() throws Exception {
        PasswordSource never =
                name -> {
                    throw new AssertionError("asked");
                };
        try (var passwords = new Passwords(never, 1, 8)) {
            String right = password.exposeTo(text -> text);
            for (String bad :
                    List.of(
                            "",
                            "admin",
                            "\0" + right.substring(1),
                            right.substring(1) + "\n",
                            right.substring(1) + "\u007f",
                            right + "x",
                            right.substring(1),
                            right.toUpperCase(Locale.ROOT),
                            right.replace('-', ' '),
                            right.substring(1) + "ż",
                            "x".repeat(128),
                            "x".repeat(129),
                            "x".repeat(65_535))) {
                assertThat(verify(passwords, NAME, bad.getBytes(UTF_8)))
                        .as(bad)
                        .isInstanceOf(PasswordCheck.Wrong.class);
            }
        }
    }

    @Test
    void a_reason_never_holds_the_password() throws Exception {
        try (var passwords = new Passwords(oneTruck, 1, 8)) {
            String text = password.exposeTo(t -> t);

            assertThat(verify(passwords, "acme.x", bytes(password)).toString())
                    .doesNotContain(text);
            assertThat(password.toString()).doesNotContain(text);
            assertThat(password.stored().toString()).isEqualTo("StoredPassword");
        }
    }

    @Test
    void a_password_has_140_bits_and_no_two_are_alike() {
        String text = password.exposeTo(t -> t);

        assertThat(text).matches("([a-z2-7]{4}-){6}[a-z2-7]{4}");
        assertThat(text).isNotEqualTo(another.<String>exposeTo(t -> t));
        var letters = new HashSet<Character>();
        for (int i = 0; i < 20; i++) {
            try (var each = Password.generate(new SecureRandom())) {
                each.exposeTo(t -> t).chars().forEach(c -> letters.add((char) c));
            }
        }
        assertThat(letters).hasSize(33); // all of base32, and the hyphen
    }

    @Test
    void a_closed_password_is_wiped() {
        var doomed = Password.generate(new SecureRandom());

        doomed.close();

        assertThat(doomed.<String>exposeTo(t -> t)).matches("\0+");
    }

    @Test
    void what_is_stored_is_argon2id_and_a_scram_verifier_and_comes_back_from_its_text() {
        String text = password.stored().text();

        assertThat(text)
                .matches(
                        "v1\\|\\$argon2id\\$v=19\\$m=4096,t=1,p=1\\$[^$ ]{22}\\$[^$ ]{43}"
                                + "\\|SCRAM-SHA-256\\$4096:[^$]{24}\\$[^:]{44}:[^:]{44}");
        var again = StoredPassword.parse(text).orElseThrow();
        assertThat(again).isEqualTo(password.stored());
        assertThat(again.text()).isEqualTo(text);
        assertThat(again.matches(bytes(password))).isTrue();
        assertThat(again.matches(bytes(another))).isFalse();
    }

    @Test
    void a_stored_password_that_is_spoilt_or_would_cost_too_much_is_not_read() {
        String good = password.stored().text();

        for (String bad :
                List.of(
                        "",
                        good + "|",
                        good.substring(1),
                        good.replace('|', ' '),
                        good.replace("v1", "v2"),
                        good.replace("argon2id", "argon2i"),
                        good.replace("m=4096", "m=65537"),
                        good.replace("m=4096", "m=7"),
                        good.replace("t=1", "t=4"),
                        good.replace("p=1", "p=2"),
                        good.replace("$4096:", "$4095:"),
                        good.replace("$4096:", "$1000000:"),
                        "x".repeat(100_000))) {
            assertThat(StoredPassword.parse(bad)).as(bad).isEmpty();
        }
        assertThat(StoredPassword.parse(good.replace("m=4096", "m=65536"))).isPresent();
    }

    @Test
    void a_full_queue_is_an_outcome_and_strangers_fill_only_half_of_it() throws Exception {
        var begun = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        PasswordSource stuck =
                name -> {
                    begun.countDown();
                    awaitQuietly(goOn);
                    return oneTruck.passwordOf(name);
                };
        try (var passwords = new Passwords(stuck, 1, 4)) {
            var answers = new ArrayList<CompletableFuture<PasswordCheck>>();
            answers.add(ask(passwords, Precedence.STRANGER));
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

            answers.add(ask(passwords, Precedence.STRANGER));
            answers.add(ask(passwords, Precedence.STRANGER));
            assertThat(ask(passwords, Precedence.STRANGER).join())
                    .isEqualTo(new PasswordCheck.Busy());
            answers.add(ask(passwords, Precedence.KNOWN));
            answers.add(ask(passwords, Precedence.KNOWN));
            assertThat(ask(passwords, Precedence.KNOWN).join()).isEqualTo(new PasswordCheck.Busy());

            goOn.countDown();
            for (var answer : answers) {
                assertThat(answer.get(10, TimeUnit.SECONDS))
                        .isEqualTo(new PasswordCheck.Right(NAME));
            }
        }
    }

    @Test
    void whoever_waits_when_it_closes_is_answered_and_not_let_in() throws Exception {
        var begun = new CountDownLatch(1);
        PasswordSource stuck =
                name -> {
                    begun.countDown();
                    awaitQuietly(new CountDownLatch(1)); // until interrupted
                    return Optional.empty();
                };
        var passwords = new Passwords(stuck, 1, 4);
        var first = ask(passwords, Precedence.KNOWN);
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        var second = ask(passwords, Precedence.KNOWN);

        passwords.close();

        assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo(new PasswordCheck.Busy());
        assertThat(first.get(10, TimeUnit.SECONDS)).isNotInstanceOf(PasswordCheck.Right.class);
        assertThat(ask(passwords, Precedence.KNOWN).join()).isEqualTo(new PasswordCheck.Busy());
    }

    @Test
    void a_source_that_fails_lets_nobody_in() throws Exception {
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        var loud = new CompletableFuture<Throwable>();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> loud.complete(e));
        PasswordSource broken =
                name -> {
                    throw new IllegalStateException("the store is gone");
                };
        try (var passwords = new Passwords(broken, 1, 4)) {
            assertThat(verify(passwords, NAME, bytes(password)))
                    .isEqualTo(new PasswordCheck.Busy());
            assertThat(loud.get(10, TimeUnit.SECONDS)).hasMessage("the store is gone");
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    private CompletableFuture<PasswordCheck> ask(Passwords passwords, Precedence precedence) {
        return passwords.verify(NAME, bytes(password), precedence).toCompletableFuture();
    }

    private static PasswordCheck verify(Passwords passwords, String name, byte[] given)
            throws Exception {
        return passwords
                .verify(name, given, Precedence.KNOWN)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private static byte[] bytes(Password password) {
        return password.exposeTo(text -> text.getBytes(US_ASCII));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
