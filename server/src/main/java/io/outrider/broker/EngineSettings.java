package io.outrider.broker;

import com.hivemq.configuration.entity.mqtt.MqttConfigurationDefaults;
import com.hivemq.configuration.service.FullConfigurationService;
import com.hivemq.configuration.service.MqttConfigurationService;
import com.hivemq.configuration.service.MqttConfigurationService.QueuedMessagesStrategy;
import com.hivemq.configuration.service.PersistenceConfigurationService.PersistenceMode;
import com.hivemq.configuration.service.RestrictionsConfigurationService;
import com.hivemq.configuration.service.impl.ConfigurationServiceImpl;
import com.hivemq.configuration.service.impl.MqttConfigurationServiceImpl;
import com.hivemq.configuration.service.impl.PersistenceConfigurationServiceImpl;
import com.hivemq.configuration.service.impl.RestrictionsConfigurationServiceImpl;
import com.hivemq.configuration.service.impl.SecurityConfigurationServiceImpl;
import com.hivemq.configuration.service.impl.listener.ListenerConfigurationServiceImpl;
import com.hivemq.mqtt.message.QoS;
import com.hivemq.statistics.UsageStatisticsConfigImpl;
import io.outrider.gate.Limits;

/** The gate's limits in the engine's words; no file is read. */
final class EngineSettings {
    private EngineSettings() {}

    static FullConfigurationService of(Limits limits) {
        var mqtt = new MqttConfigurationServiceImpl();
        setMqtt(mqtt, limits);
        var restrictions = new RestrictionsConfigurationServiceImpl();
        restrictions.setMaxConnections(RestrictionsConfigurationService.UNLIMITED_CONNECTIONS);
        restrictions.setMaxClientIdLength(65_535); // the gate says which are valid
        restrictions.setMaxTopicLength(65_535); // the gate says so, with a reason
        restrictions.setNoConnectIdleTimeout(0); // ours counts from the connection
        var security = new SecurityConfigurationServiceImpl();
        security.setValidateUTF8(true);
        security.setPayloadFormatValidation(true);
        security.setAllowServerAssignedClientId(true);
        security.setAllowRequestProblemInformation(true);
        var usage = new UsageStatisticsConfigImpl();
        usage.setEnabled(false);
        var persistence = new PersistenceConfigurationServiceImpl();
        persistence.setMode(PersistenceMode.IN_MEMORY);
        return new ConfigurationServiceImpl(
                new ListenerConfigurationServiceImpl(),
                mqtt,
                restrictions,
                security,
                usage,
                persistence);
    }

    private static void setMqtt(MqttConfigurationService mqtt, Limits limits) {
        mqtt.setMaxPacketSize(limits.packets().packetBytesMax());
        mqtt.setServerReceiveMaximum(limits.packets().receiveMax());
        mqtt.setTopicAliasEnabled(true);
        mqtt.setTopicAliasMaxPerClient(limits.packets().topicAliasesMax());
        mqtt.setMaxQueuedMessages(limits.sessions().queuedMax());
        mqtt.setQueuedMessagesStrategy(QueuedMessagesStrategy.DISCARD_OLDEST);
        mqtt.setMaxSessionExpiryInterval(limits.sessions().expiryMax().toSeconds());
        mqtt.setMaxMessageExpiryInterval(MqttConfigurationDefaults.MAX_EXPIRY_INTERVAL_DEFAULT);
        mqtt.setKeepAliveMax((int) limits.sessions().keepAliveMax().toSeconds());
        mqtt.setKeepAliveAllowZero(false);
        mqtt.setMaximumQos(QoS.EXACTLY_ONCE);
        mqtt.setRetainedMessagesEnabled(true);
        mqtt.setWildcardSubscriptionsEnabled(true);
        mqtt.setSharedSubscriptionsEnabled(true);
        mqtt.setSubscriptionIdentifierEnabled(true);
    }
}
