package io.outrider.seal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;

/** The same bytes for the same name, so that vectors can be written again as they were. */
final class FixedRandom extends SecureRandom {
    private final transient MessageDigest sha256;
    private final byte[] name;
    private int block;

    FixedRandom(String name) {
        this.name = name.getBytes(UTF_8);
        try {
            this.sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void nextBytes(byte[] bytes) {
        ByteBuffer out = ByteBuffer.wrap(bytes);
        while (out.hasRemaining()) {
            sha256.update(name);
            byte[] digest = sha256.digest(ByteBuffer.allocate(4).putInt(block++).array());
            out.put(digest, 0, Math.min(digest.length, out.remaining()));
        }
    }
}
