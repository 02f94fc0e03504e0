package io.outrider.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outrider.seal.Secret;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.Signature;
import java.sql.DriverManager;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The key that signs tokens, and the secret behind decoy salts. */
class TokenSigningKeyTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir static Path vaultParent;
    @TempDir Path parent;
    private static FileVault vault;
    private KeyMaterial keys;

    @BeforeAll
    static void openVault() throws Exception {
        vault = newVault("one");
    }

    @BeforeEach
    void open() throws Exception {
        keys = openUnder(vault);
    }

    @AfterEach
    void close() throws Exception {
        keys.close();
    }

    @Test
    void under_another_vault_neither_can_be_had() throws Exception {
        keys.tokenSigningKey();
        keys.decoySaltSecret().close();
        keys.close();

        assertThatThrownBy(() -> openUnder(newVault("two"))).isInstanceOf(OperatorException.class);
        keys = openUnder(vault);
    }

    @Test
    void a_secret_of_another_purpose_or_damaged_is_not_taken_for_it() throws Exception {
        keys.decoySaltSecret().close();
        keys.passwords().getOrCreate("any.p12").close();
        execute("UPDATE installation_secret SET wrapped = (SELECT wrapped FROM store_password)");

        assertThatThrownBy(() -> keys.decoySaltSecret())
                .isInstanceOf(KeyUnavailableException.class);
        execute("UPDATE installation_secret SET wrapped = x'00'");
        assertThatThrownBy(() -> keys.decoySaltSecret())
                .isInstanceOf(KeyUnavailableException.class);
    }

    @Test
    void both_are_made_at_first_use_and_stay_the_same() throws Exception {
        assertThat(count("private_key WHERE purpose = 'token'")).isZero();
        assertThat(count("installation_secret")).isZero();
        var publicKey = keys.tokenSigningKey().publicKey();
        byte[] secret = secret();

        assertThat(keys.tokenSigningKey().publicKey()).isEqualTo(publicKey);
        keys.close();
        keys = openUnder(vault);
        assertThat(keys.tokenSigningKey().publicKey()).isEqualTo(publicKey);
        assertThat(secret()).isEqualTo(secret).hasSize(32);
        assertThat(count("private_key WHERE purpose = 'token'")).isEqualTo(1);
    }

    @Test
    void what_the_private_key_signs_the_public_key_verifies() throws Exception {
        TokenSigningKey key = keys.tokenSigningKey();
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(key.privateKey());
        signature.update(new byte[] {1, 2, 3});
        byte[] signed = signature.sign();
        signature.initVerify(key.publicKey());
        signature.update(new byte[] {1, 2, 3});

        assertThat(signature.verify(signed)).isTrue();
        assertThat(signed).hasSize(64);
        assertThat(key).hasToString("TokenSigningKey(P-256)");
    }

    @Test
    void an_old_key_database_gets_its_place_for_secrets() throws Exception {
        keys.close();
        execute("DROP TABLE installation_secret");
        execute("PRAGMA user_version = 1");

        keys = openUnder(vault);

        assertThat(secret()).hasSize(32);
    }

    private byte[] secret() throws Exception {
        try (Secret secret = keys.decoySaltSecret()) {
            return secret.exposeTo(byte[]::clone);
        }
    }

    private KeyMaterial openUnder(KeyVault anyVault) throws Exception {
        var directory = PrivateDirectory.openOrCreate(parent.resolve("keys"), Disk.REAL);
        return KeyMaterial.openOrCreate(directory, anyVault, RANDOM, InstantSource.system());
    }

    private static FileVault newVault(String name) throws Exception {
        var directory = PrivateDirectory.openOrCreate(vaultParent.resolve(name), Disk.REAL);
        Secret passphrase = Secret.owning(name.getBytes(StandardCharsets.UTF_8));
        return FileVault.openOrCreate(directory, "vault", passphrase, RANDOM);
    }

    private long count(String from) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + database());
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT count(*) FROM " + from)) {
            return rows.getLong(1);
        }
    }

    private void execute(String sql) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + database());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Path database() {
        return parent.resolve("keys").resolve("keys.db");
    }
}
