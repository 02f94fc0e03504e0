package io.outrider.authority;

import java.nio.file.Path;

/**
 * The operator's own certificate authority, which issues in place of ours.
 *
 * @param key its private key, unencrypted PEM (PKCS #8, or the older forms of openssl); needed only
 *     until it has been read once
 * @param chain PEM: the certificate of that key first, the self-signed root last
 */
public record GivenAuthority(Path key, Path chain) {}
