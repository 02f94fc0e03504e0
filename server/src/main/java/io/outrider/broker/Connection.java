package io.outrider.broker;

import com.hivemq.bootstrap.ClientConnectionContext;
import com.hivemq.extension.sdk.api.client.parameter.ClientTlsInformation;
import com.hivemq.extension.sdk.api.client.parameter.ConnectionAttributeStore;
import com.hivemq.extension.sdk.api.client.parameter.ConnectionInformation;
import com.hivemq.extension.sdk.api.client.parameter.Listener;
import com.hivemq.extension.sdk.api.client.parameter.ProxyInformation;
import com.hivemq.extension.sdk.api.client.parameter.TlsInformation;
import com.hivemq.extension.sdk.api.packets.general.MqttVersion;
import com.hivemq.extensions.ExtensionInformationUtil;
import com.hivemq.extensions.client.parameter.ConnectionAttributeStoreImpl;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.AttributeKey;
import io.outrider.gate.ConnectRequest;
import io.outrider.gate.Identity;
import io.outrider.gate.Peer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection, from the moment that it is accepted. It stands in for the engine's own
 * description of a connection, so each of the engine's hooks is given it and no hook has to look
 * anything up. Written by its event loop and by the one hook that admits it; read by many threads.
 */
final class Connection implements ConnectionInformation {
    private static final AttributeKey<Connection> KEY = AttributeKey.valueOf("outrider.connection");

    /** How far a peer has got. Who has got least far is the first to go when room is needed. */
    enum Stage {
        SILENT,
        IN_HANDSHAKE,
        BEFORE_CONNECT,
        AUTHENTICATING,
        ADMITTED
    }

    private final Channel channel;
    private final ListenerConfig listener;
    private final Peer peer;
    private final InetAddress address;
    private final AddressPrefix prefix;
    private volatile Stage stage = Stage.SILENT;
    private volatile X509Certificate[] chain = {};
    private volatile @Nullable Identity identity;
    private volatile String clientId = "";
    private volatile Optional<ConnectRequest.Will> will = Optional.empty();
    private @Nullable Set<String> filters; // under the lock of this; null until the first SUBSCRIBE

    private Connection(Channel channel, ListenerConfig listener, InetSocketAddress remote) {
        this.channel = channel;
        this.listener = listener;
        this.address = remote.getAddress();
        this.prefix = AddressPrefix.of(address);
        this.peer = new Peer(address.getHostAddress(), remote.getPort(), listener.name());
    }

    /** Empty where the peer has gone before it was looked at. */
    static Optional<Connection> accepted(Channel channel, ListenerConfig listener) {
        if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
            return Optional.empty();
        }
        var connection = new Connection(channel, listener, remote);
        channel.attr(KEY).set(connection);
        return Optional.of(connection);
    }

    static Connection of(Channel channel) {
        return channel.attr(KEY).get();
    }

    /** The connection behind what the engine hands to a hook. */
    static Connection of(ConnectionInformation information) {
        return (Connection) information;
    }

    Channel channel() {
        return channel;
    }

    ListenerConfig listener() {
        return listener;
    }

    Peer peer() {
        return peer;
    }

    InetAddress address() {
        return address;
    }

    AddressPrefix prefix() {
        return prefix;
    }

    Stage stage() {
        return stage;
    }

    void reach(Stage reached) {
        stage = reached;
    }

    /** The client's own certificate, whose chain and possession TLS has verified. */
    Optional<X509Certificate> certificate() {
        return Arrays.stream(chain).findFirst();
    }

    /** What TLS has verified, leaf first; empty where nothing was shown. */
    X509Certificate[] chain() {
        return chain.clone();
    }

    void show(X509Certificate[] verified) {
        chain = verified.clone();
    }

    /** Ends it at once, without a word of TLS, which would cost more than it is worth. */
    void drop() {
        ChannelHandlerContext first = channel.pipeline().firstContext();
        var _ = first == null ? channel.close() : first.close();
    }

    /** Empty until the gate has admitted it. */
    Optional<Identity> identity() {
        return Optional.ofNullable(identity);
    }

    /** The client identifier; empty until the gate has admitted it. */
    String clientId() {
        return clientId;
    }

    /** What is to be published when it breaks; empty until the gate has admitted it. */
    Optional<ConnectRequest.Will> will() {
        return will;
    }

    void leave(Optional<ConnectRequest.Will> left) {
        will = left;
    }

    /** Notes what the gate has decided: now, and again when a token was renewed. */
    void admit(Identity admitted, String withClientId) {
        clientId = withClientId;
        identity = admitted;
    }

    /**
     * Counts one filter more among the subscriptions of this connection's session.
     *
     * @param existing what the session has already; asked once
     * @return false where there are max of them without it
     */
    synchronized boolean subscribe(String filter, Supplier<Set<String>> existing, int max) {
        if (filters == null) {
            filters = new HashSet<>(existing.get());
        }
        return filters.contains(filter) || (filters.size() < max && filters.add(filter));
    }

    synchronized void unsubscribe(Collection<String> gone) {
        if (filters != null) {
            filters.removeAll(gone);
        }
    }

    /** What the client speaks; to be asked once its CONNECT is here. */
    io.outrider.gate.MqttVersion version() {
        return Versions.of(
                Objects.requireNonNull(ClientConnectionContext.of(channel).getProtocolVersion()));
    }

    @Override
    public MqttVersion getMqttVersion() {
        return ExtensionInformationUtil.mqttVersionFromChannel(channel);
    }

    @Override
    public Optional<InetAddress> getInetAddress() {
        return Optional.of(address);
    }

    @Override
    public Optional<Listener> getListener() {
        return Optional.empty();
    }

    @Override
    public Optional<ProxyInformation> getProxyInformation() {
        return Optional.empty();
    }

    @Override
    public ConnectionAttributeStore getConnectionAttributeStore() {
        return new ConnectionAttributeStoreImpl(channel);
    }

    @Override
    @Deprecated // in the engine's interface
    @SuppressWarnings("InlineMeSuggester") // nobody calls it
    public Optional<TlsInformation> getTlsInformation() {
        return Optional.empty();
    }

    @Override
    public Optional<ClientTlsInformation> getClientTlsInformation() {
        return Optional.empty();
    }
}
