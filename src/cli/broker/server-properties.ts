/** What the configuration of a single-node broker depends on. */
export interface ServerSettings {
  readonly port: number;
  readonly controllerPort: number;
  /** Directory of the broker's logs. */
  readonly logDir: string;
  readonly autoCreateTopics: boolean;
}

/**
 * `server.properties` of a single-node Kafka 4 in KRaft mode: replication factors of 1, small internal topics and no rebalance
 * delay, so that a development broker is quick; and no end of a record's life, because connectors carry records as old as what they
 * read, and the default would delete those within minutes. docker-compose.yml says the same.
 */
export function renderServerProperties(settings: ServerSettings): string {
  const entries: readonly (readonly [string, string | number | boolean])[] = [
    ['process.roles', 'broker,controller'],
    ['node.id', 1],
    ['controller.quorum.voters', `1@127.0.0.1:${settings.controllerPort}`],
    ['listeners', `PLAINTEXT://127.0.0.1:${settings.port},CONTROLLER://127.0.0.1:${settings.controllerPort}`],
    ['advertised.listeners', `PLAINTEXT://127.0.0.1:${settings.port}`],
    ['controller.listener.names', 'CONTROLLER'],
    ['listener.security.protocol.map', 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT'],
    ['log.dirs', settings.logDir],
    ['auto.create.topics.enable', settings.autoCreateTopics],
    ...commonServerProperties,
  ];
  return entries.map(([key, value]) => `${key}=${value}\n`).join('');
}

/** The part that holds on every way to a development broker. */
export const commonServerProperties: readonly (readonly [string, number])[] = [
  ['offsets.topic.replication.factor', 1],
  ['offsets.topic.num.partitions', 4],
  ['transaction.state.log.replication.factor', 1],
  ['transaction.state.log.min.isr', 1],
  ['transaction.state.log.num.partitions', 2],
  ['share.coordinator.state.topic.replication.factor', 1],
  ['share.coordinator.state.topic.min.isr', 1],
  ['group.initial.rebalance.delay.ms', 0],
  ['log.retention.ms', -1],
  // A broker that was killed comes back only when its former session has ended.
  ['broker.session.timeout.ms', 4000],
  ['broker.heartbeat.interval.ms', 500],
];
