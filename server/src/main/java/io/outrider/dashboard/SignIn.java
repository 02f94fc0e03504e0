package io.outrider.dashboard;

import io.javalin.http.Context;
import io.outrider.dashboard.Accounts.Account;
import io.outrider.dashboard.Attempts.Kind;
import io.outrider.dashboard.Attempts.Suspect;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Setting up, signing in, signing out. */
final class SignIn {
    private static final int IPV6_PREFIX_BYTES = 7; // a /56, which one customer gets

    private final Accounts accounts;
    private final Passwords passwords;
    private final Attempts attempts;

    SignIn(Accounts accounts, Passwords passwords, Attempts attempts) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.attempts = attempts;
    }

    /** {@code {"token": …, "user": …, "password": …}} from the one-time link. */
    void setUp(Context context) throws Refused, IOException, SQLException {
        try (Form form = Form.read(context)) {
            List<Suspect> keys = List.of(new Suspect(Kind.ADDRESS, prefix(context)));
            begin(keys);
            String token = form.text("token");
            if (!accounts.isSetUpTokenValid(token)) {
                throw Refused.linkVoid();
            }
            attempts.succeeded(keys);
            String name =
                    Accounts.name(form.text("user"))
                            .orElseThrow(() ->
                                    Refused.malformed(
                                            "A user name has 1 to 64 of a-z, 0-9, '.',"
                                                    + " '_', '-' and '@'."));
            char[] password = form.secret("password");
            if (!Passwords.isLongEnough(password)) {
                throw Refused.malformed(
                        "A password has "
                                + Limits.PASSWORD_CHARS_MIN
                                + " to "
                                + Limits.PASSWORD_CHARS_MAX
                                + " characters.");
            }
            Account account =
                    accounts.setUp(token, name, passwords.hash(password))
                            .orElseThrow(Refused::linkVoid);
            begin(context, account);
        } catch (Passwords.BusyException e) {
            throw Refused.busy();
        }
    }

    /** {@code {"user": …, "password": …}}. */
    void signIn(Context context) throws Refused, IOException, SQLException {
        try (Form form = Form.read(context)) {
            // What cannot be a name is nobody's: it takes the same way, and as long.
            String name = Accounts.name(form.text("user")).orElse("");
            char[] password = form.secret("password");
            if (password.length > 2 * Limits.PASSWORD_CHARS_MAX) {
                throw Refused.wrongPassword();
            }
            List<Suspect> keys = keys(context, name);
            begin(keys);
            Optional<Account> account = accounts.byName(name);
            if (!passwords.matches(password, account.map(Account::passwordHash))) {
                throw Refused.wrongPassword();
            }
            attempts.succeeded(keys);
            begin(context, account.orElseThrow());
        } catch (Passwords.BusyException e) {
            throw Refused.busy();
        }
    }

    void signOut(Context context, Session session) throws SQLException {
        accounts.endSession(session);
        Cookies.clear(context, Cookies.SESSION);
        context.header("Clear-Site-Data", "\"cache\"");
        context.status(204);
    }

    /** A new session has a new token always: one that was planted before is worth nothing. */
    private void begin(Context context, Account account) throws SQLException {
        Token session = accounts.newSession(account);
        Cookies.set(context, Cookies.SESSION, session.expose(), Limits.SESSION_LIFE);
        if (!accounts.isDeviceOf(Cookies.sent(context, Cookies.DEVICE), account.name())) {
            Token device = accounts.newDevice(account);
            Cookies.set(context, Cookies.DEVICE, device.expose(), Limits.DEVICE_LIFE);
        }
        context.contentType("application/json")
                .result(Views.json(new Views.SessionView(account.name(), false)));
    }

    private void begin(List<Suspect> keys) throws Refused {
        Optional<Duration> wait = attempts.begin(keys);
        if (wait.isPresent()) {
            throw Refused.tooMany(wait.get());
        }
    }

    private List<Suspect> keys(Context context, String name) throws SQLException, IOException {
        String device = Cookies.sent(context, Cookies.DEVICE);
        if (accounts.isDeviceOf(device, name)) {
            String hash = HexFormat.of().formatHex(Token.hash(device));
            return List.of(new Suspect(Kind.KNOWN_DEVICE, hash));
        }
        String prefix = prefix(context);
        return List.of(
                new Suspect(Kind.ADDRESS, prefix),
                new Suspect(Kind.ACCOUNT_FROM_ADDRESS, name + " " + prefix),
                new Suspect(Kind.ACCOUNT_FROM_STRANGERS, name));
    }

    /** What one customer of a network has: an IPv4 address, or 56 bits of IPv6. */
    static String prefix(Context context) throws IOException {
        InetAddress address = InetAddress.getByName(context.req().getRemoteAddr());
        byte[] bytes = address.getAddress();
        return HexFormat.of()
                .formatHex(
                        address instanceof Inet4Address
                                ? bytes
                                : Arrays.copyOf(bytes, IPV6_PREFIX_BYTES));
    }
}
