// Talks to a broker with MQTT.js as a web tool would, and fails where something is missing.
//
//   node mqtt/talk.mjs --url mqtts://localhost:8883 --name NAME --version 5|4
//     --ca ca.pem --cert NAME.crt --key NAME.key
//
// NAME may publish and subscribe to tools/#, and to nothing else. Prints "all heard" at the end.
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import mqtt from 'mqtt';

const WAIT_MS = 20_000;

const { values: options } = parseArgs({
  options: {
    url: { type: 'string' },
    name: { type: 'string' },
    version: { type: 'string' },
    ca: { type: 'string' },
    cert: { type: 'string' },
    key: { type: 'string' },
  },
});
const isFive = options.version === '5';
const tls = {
  ca: readFileSync(options.ca),
  cert: readFileSync(options.cert),
  key: readFileSync(options.key),
};
const heard = [];
let wake = () => {};

function connect(id, more = {}) {
  return mqtt.connectAsync(options.url, {
    ...tls,
    wsOptions: tls,
    protocolVersion: Number(options.version),
    clientId: `${options.name}.${id}`,
    connectTimeout: WAIT_MS,
    reconnectPeriod: 0,
    ...more,
  });
}

/** The next message that the ear hears. */
async function next(what) {
  const end = Date.now() + WAIT_MS;
  while (heard.length === 0) {
    assert(Date.now() < end, `not heard: ${what}`);
    await new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, 100);
    });
  }
  return heard.shift();
}

const ear = await connect('ear', isFive ? { properties: { topicAliasMaximum: 4 } } : {});
ear.on('message', (topic, payload, packet) => {
  heard.push({ topic, text: payload.toString(), packet });
  wake();
});
await ear.subscribeAsync('tools/#', { qos: 2 });
const mouth = await connect('mouth');

for (const qos of [0, 1, 2]) {
  await mouth.publishAsync(`tools/qos/${qos}`, `message ${qos}`, { qos });
  const { topic, text, packet } = await next(`QoS ${qos}`);
  assert.deepEqual([topic, text, packet.qos], [`tools/qos/${qos}`, `message ${qos}`, qos]);
}

await mouth.publishAsync('tools/kept', 'kept', { qos: 1, retain: true });
assert.equal((await next('what is to be retained')).packet.retain, false);
await ear.unsubscribeAsync('tools/#');
await ear.subscribeAsync('tools/#', { qos: 2 });
assert.equal((await next('what was retained')).packet.retain, true);
await mouth.publishAsync('tools/kept', '', { qos: 1, retain: true });
await next('that it is cleared');

const dying = await connect('dying', {
  will: {
    topic: 'tools/will',
    payload: 'gone',
    qos: 1,
    ...(isFive ? { properties: { userProperties: { why: 'test' } } } : {}),
  },
});
dying.stream.destroy();
const will = await next('the will');
assert.equal(will.text, 'gone');

await assert.rejects(mouth.subscribeAsync('elsewhere/#', { qos: 1 }), /./, 'a foreign filter');

if (isFive) {
  assert.equal(will.packet.properties.userProperties.why, 'test');
  const properties = {
    payloadFormatIndicator: true,
    contentType: 'text/plain',
    responseTopic: 'tools/answers',
    correlationData: Buffer.from([1, 2, 3]),
    userProperties: { a: ['1', '2'], b: '3' },
  };
  await mouth.publishAsync('tools/properties', 'x', { qos: 2, properties });
  const { packet } = await next('the properties');
  for (const [name, value] of Object.entries(properties)) {
    assert.equal(JSON.stringify(packet.properties[name]), JSON.stringify(value), name);
  }
  const aliased = { qos: 1, properties: { topicAlias: 1 } };
  await mouth.publishAsync('tools/aliased', '1', aliased);
  await next('who sets an alias');
  await mouth.publishAsync('', '2', aliased);
  assert.equal((await next('who uses an alias')).text, '2');

  const refused = await mouth.publishAsync('elsewhere', 'x', { qos: 1 }).catch((e) => e);
  assert.equal(refused.code, 0x87, String(refused));
  assert.match(refused.message, /Not authorized/i);
}

await mouth.endAsync();
await ear.endAsync();
console.log('all heard');
