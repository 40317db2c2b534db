/**
 * Configurations of the Kafka clients that serve connectors. Later layers win:
 *
 * | client          | defaults              | worker             | connector            |
 * |-----------------|-----------------------|--------------------|----------------------|
 * | source producer | {@link sourceProducerDefaults} | `producer.*` | `producer.override.*` |
 * | dead letter queue producer | as source producer | `producer.*` | `producer.override.*` |
 * | sink consumer   | {@link sinkConsumerDefaults}   | `consumer.*` | `consumer.override.*` |
 * | admin           | worker keys without prefix     | `admin.*`    | `admin.override.*`    |
 *
 * Brokers are the worker's `bootstrap.servers` unless a layer says otherwise. Security settings of the worker that have no prefix
 * reach admin clients only, as in Kafka Connect.
 *
 * @see `Worker#baseProducerConfigs`, `#baseConsumerConfigs`, `#adminConfigs` in Kafka Connect.
 */
import { trimAsJava } from './java-text.ts';
import { withPrefix, type ConfigMap, type ParsedConfig } from './parsed-config.ts';
import { distributedConfigDef, standaloneConfigDef } from './worker-config.ts';

/** Whose client it is. */
export interface ConnectorClientOwner {
  readonly worker: ParsedConfig;
  readonly connectorName: string;
  /** The connector's configuration, references to config providers resolved. */
  readonly connectorConfig: ConfigMap;
}

/** Whose client it is, if a task's. */
export interface ClientOwner extends ConnectorClientOwner {
  readonly task: number;
}

/** Settings of the producer of a source task. */
export function sourceProducerConfig(owner: ClientOwner): Map<string, string> {
  return producerConfig(owner, 'connector-producer');
}

/** Settings of the producer of a sink task's dead letter queue. */
export function deadLetterQueueProducerConfig(owner: ClientOwner): Map<string, string> {
  return producerConfig(owner, 'connector-dlq-producer');
}

function producerConfig(owner: ClientOwner, client: string): Map<string, string> {
  const asked = merge(
    withPrefix(owner.worker.originals, 'producer.'),
    withPrefix(owner.connectorConfig, 'producer.override.'),
  );
  const config = merge(
    new Map([['bootstrap.servers', bootstrapServers(owner.worker)]]),
    sourceProducerDefaults,
    new Map([['client.id', `${client}-${owner.connectorName}-${owner.task}`]]),
    asked,
  );
  if (!asked.has('enable.idempotence') && forbidsIdempotence(config)) config.set('enable.idempotence', 'false');
  return config;
}

/** `client.id` of the consumer of a sink task, unless another one is set: no other task has it. */
export function sinkClientId(connector: string, task: number): string {
  return `connector-consumer-${connector}-${task}`;
}

/** Settings of the consumer of a sink task. */
export function sinkConsumerConfig(owner: ClientOwner): Map<string, string> {
  return merge(
    new Map([
      ['bootstrap.servers', bootstrapServers(owner.worker)],
      ['group.id', `connect-${owner.connectorName}`],
      ['client.id', sinkClientId(owner.connectorName, owner.task)],
    ]),
    sinkConsumerDefaults,
    withPrefix(owner.worker.originals, 'consumer.'),
    withPrefix(owner.connectorConfig, 'consumer.override.'),
  );
}

/** Settings of the admin client of a task. */
export function taskAdminConfig(owner: ClientOwner): Map<string, string> {
  return adminConfig(owner, `connector-adminclient-${owner.connectorName}-${owner.task}`);
}

/** Settings of the admin client that creates a dead letter queue. */
export function deadLetterQueueAdminConfig(owner: ClientOwner): Map<string, string> {
  return adminConfig(owner, `connector-dlq-adminclient-${owner.connectorName}-${owner.task}`);
}

/** Settings of the admin client with which a worker looks after a connector. */
export function connectorAdminConfig(owner: ConnectorClientOwner): Map<string, string> {
  return adminConfig(owner, `connector-worker-adminclient-${owner.connectorName}`);
}

function adminConfig(owner: ConnectorClientOwner, clientId: string): Map<string, string> {
  return merge(
    new Map([['client.id', clientId]]),
    workerClientConfig(owner.worker),
    withPrefix(owner.worker.originals, 'admin.'),
    withPrefix(owner.connectorConfig, 'admin.override.'),
  );
}

/** Settings of the worker's own clients: its keys without prefix, as far as they can be a client's. */
export function workerClientConfig(worker: ParsedConfig): Map<string, string> {
  const config = new Map([['bootstrap.servers', bootstrapServers(worker)]]);
  for (const [key, value] of worker.originals) {
    if (!isWorkerOnly(key)) config.set(key, value);
  }
  return config;
}

/**
 * Defaults of the producer of a source task: Kafka Connect's, but idempotent with five requests in flight, where Kafka Connect
 * has one request in flight and no idempotence (docs/decisions/0022-idempotent-source-producers.md).
 */
const sourceProducerDefaults: ConfigMap = new Map([
  ['max.block.ms', '9223372036854775807'],
  ['enable.idempotence', 'true'],
  ['acks', 'all'],
  ['max.in.flight.requests.per.connection', '5'],
  ['delivery.timeout.ms', '2147483647'],
]);

const sinkConsumerDefaults: ConfigMap = new Map([
  ['enable.auto.commit', 'false'],
  ['auto.offset.reset', 'earliest'],
]);

/** Prefixes of worker keys that are no settings of a client. */
const otherPrefixes = [
  'producer.',
  'consumer.',
  'admin.',
  'key.converter',
  'value.converter',
  'header.converter',
  'internal.key.converter',
  'internal.value.converter',
  'config.providers',
  'listeners.https.',
];

/** Prefixes of the settings of internal topics. */
const storagePrefixes = ['config.storage.', 'offset.storage.', 'status.storage.'];

/** Declared worker keys that clients have too. */
const sharedKeys: ReadonlySet<string> = new Set(['client.dns.lookup', 'bootstrap.servers']);

function isWorkerOnly(key: string): boolean {
  if (otherPrefixes.some(prefix => key.startsWith(prefix))) return true;
  if (key === 'ssl.client.auth') return true;
  if (storagePrefixes.some(prefix => key.startsWith(prefix))) return true;
  return isDeclared(key) && !sharedKeys.has(key) && !key.startsWith('ssl.');
}

function isDeclared(key: string): boolean {
  return standaloneConfigDef.keys.has(key) || distributedConfigDef.keys.has(key);
}

/** Whether a user asked for what an idempotent producer cannot have, and did not ask for idempotence. */
function forbidsIdempotence(config: ConfigMap): boolean {
  const acks = trimAsJava(config.get('acks') ?? 'all');
  const inFlight = Number(config.get('max.in.flight.requests.per.connection'));
  return (acks !== 'all' && acks !== '-1') || inFlight > 5 || Number(config.get('retries') ?? 1) === 0;
}

function bootstrapServers(worker: ParsedConfig): string {
  return worker.list('bootstrap.servers').join(',');
}

function merge(...layers: readonly ConfigMap[]): Map<string, string> {
  return new Map(layers.flatMap(layer => [...layer]));
}
