/**
 * The MQTT broker: HiveMQ Community Edition inside this process, with an extension that asks {@link
 * io.outrider.gate.Gate} before everything and hands what it takes to an {@link
 * io.outrider.broker.Inbox}. It routes nothing from one client to another, and it cannot open what
 * it carries. {@link io.outrider.broker.Broker} is the way in; nothing of the engine shows outside.
 */
@NullMarked
package io.outrider.broker;

import org.jspecify.annotations.NullMarked;
