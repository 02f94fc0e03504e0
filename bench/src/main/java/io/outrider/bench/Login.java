package io.outrider.bench;

/** How somebody claims a name without a certificate; what the bench says is always wrong. */
sealed interface Login {
    String user();

    /** In the CONNECT; a token stands in the place of a password, too. */
    record Plain(String user, String password) implements Login {}

    /** SCRAM-SHA-256 (RFC 7677) by enhanced authentication, with a proof of nothing. */
    record Scram(String user) implements Login {
        static final String METHOD = "SCRAM-SHA-256";

        String first() {
            return "n,,n=" + user + ",r=fyko+d2lbbFgONRv9qkxdawL";
        }

        /** The answer to the server's first message, "r=nonce,s=salt,i=rounds". */
        String last(String challenge) {
            return "c=biws," + challenge.split(",", 2)[0] + ",p=" + "A".repeat(43) + "=";
        }
    }
}
