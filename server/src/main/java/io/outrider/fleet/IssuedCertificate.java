package io.outrider.fleet;

import java.time.Instant;

/**
 * A certificate that our authority has issued, as the registry knows it to the last byte.
 *
 * @param who it was issued to
 */
public record IssuedCertificate(RightsChange.Who who, Instant notBefore, Instant notAfter) {}
