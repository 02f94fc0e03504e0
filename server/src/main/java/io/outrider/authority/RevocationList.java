package io.outrider.authority;

import io.outrider.seal.Bytes;
import java.time.Instant;

/**
 * A signed list of revoked certificates (RFC 5280, section 5).
 *
 * @param der the list itself
 * @param number higher than of any list before
 */
public record RevocationList(Bytes der, long number, Instant writtenAt, Instant nextUpdate) {}
