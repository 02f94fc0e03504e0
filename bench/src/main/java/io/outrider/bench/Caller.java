package io.outrider.bench;

import java.util.List;
import java.util.Optional;

/** Who connects, and what they show and say. */
record Caller(String clientId, Optional<Member> member, Optional<Login> login) {
    /** With a certificate, as itself. */
    static Caller of(Member member) {
        return new Caller(member.clientId(), Optional.of(member), Optional.empty());
    }

    static List<Caller> all(List<Member> members) {
        return members.stream().map(Caller::of).toList();
    }

    /** Without a certificate, with a user name that is also its client id. */
    static Caller of(Login login) {
        return new Caller(login.user(), Optional.empty(), Optional.of(login));
    }
}
