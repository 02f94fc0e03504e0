package io.outrider.fleet;

import java.security.cert.X509Certificate;

/** What came of a tracker's wish for its certificate. */
public sealed interface Enrolment {
    /** It has its certificate: a new one, or once more the one whose delivery was lost. */
    record Enrolled(Tracker tracker, X509Certificate certificate) implements Enrolment {}

    /** The token is not that tracker's, or not any more. */
    record Unauthorised() implements Enrolment {}

    /** The token is right, the request is not. */
    record Refused(String why) implements Enrolment {}
}
