package io.outrider.credential;

/** The values of {@code e=} that we send (RFC 5802 section 7). */
enum ScramError {
    INVALID_ENCODING("invalid-encoding"),
    EXTENSIONS_NOT_SUPPORTED("extensions-not-supported"),
    INVALID_PROOF("invalid-proof"),
    CHANNEL_BINDINGS_DONT_MATCH("channel-bindings-dont-match"),
    CHANNEL_BINDING_NOT_SUPPORTED("channel-binding-not-supported"),
    INVALID_USERNAME_ENCODING("invalid-username-encoding"),
    OTHER_ERROR("other-error");

    private final String value;

    ScramError(String value) {
        this.value = value;
    }

    String message() {
        return "e=" + value;
    }
}
