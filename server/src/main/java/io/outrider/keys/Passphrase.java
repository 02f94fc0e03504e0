package io.outrider.keys;

import io.outrider.seal.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

/** The passphrase of the vault, which comes from a file and from nowhere else. */
public final class Passphrase {
    private static final int CHARACTERS_MIN = 16;

    private Passphrase() {}

    /**
     * The file's content without the line end after it: UTF-8, at least 16 characters, one line.
     *
     * @throws OperatorException where the file is missing, open to others, or not such a text
     */
    public static Secret read(Path file) throws IOException, OperatorException {
        byte[] content = PrivateDirectory.readPrivate(file);
        int length = content.length;
        while (length > 0 && (content[length - 1] == '\n' || content[length - 1] == '\r')) {
            length--;
        }
        byte[] text = Arrays.copyOf(content, length);
        Arrays.fill(content, (byte) 0);
        if (!isOneLine(text)) {
            throw new OperatorException(
                    file + " does not hold a passphrase of one line, 16 characters or more",
                    "Put the passphrase that this directory was made with there. For a new"
                            + " directory make one: openssl rand -base64 32");
        }
        return Secret.owning(text);
    }

    /** A new passphrase of 256 random bits, written to the directory and returned. */
    public static Secret generate(PrivateDirectory directory, String name, SecureRandom random)
            throws IOException, OperatorException {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        byte[] text = Base64.getUrlEncoder().withoutPadding().encode(bytes);
        byte[] line = Arrays.copyOf(text, text.length + 1);
        line[text.length] = '\n';
        directory.write(name, line);
        return read(directory.resolve(name));
    }

    private static boolean isOneLine(byte[] text) {
        try {
            var characters = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
            return characters.length() >= CHARACTERS_MIN
                    && characters.chars().noneMatch(Character::isISOControl);
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
