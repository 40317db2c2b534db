/** Keys of a distributed worker only, under the names, types, defaults and rules of Kafka Connect 4.1. */
import type { ConfigKeySpec } from './config-key.ts';
import { atLeast, listOf, nonEmpty, oneOf, orNull, validator } from './validators.ts';

/** Generation algorithm of session keys, and signature algorithms, that Millrace has. */
const macAlgorithms = ['HmacSHA1', 'HmacSHA256', 'HmacSHA384', 'HmacSHA512'] as const;

const countRule = 'Positive number, or -1 to use the broker default';
const countOrBrokerDefault = validator(countRule, value =>
  typeof value === 'number' && (value === -1 || value >= 1) ? undefined : `Value must be a p${countRule.slice(1)}`,
);

/** Keys of the group of workers. */
const groupKeys: readonly ConfigKeySpec[] = [
  {
    name: 'group.id',
    type: 'STRING',
    validator: nonEmpty(),
    importance: 'HIGH',
    documentation:
      'Name of the cluster: workers with the same name share connectors. It is a Kafka group id, and must not be that of a sink connector.',
  },
  {
    name: 'session.timeout.ms',
    type: 'INT',
    default: 10_000,
    importance: 'HIGH',
    documentation:
      'Silence after which the group takes a worker for dead and hands its work to others, in milliseconds; within the limits that the broker sets.',
  },
  {
    name: 'heartbeat.interval.ms',
    type: 'INT',
    default: 3000,
    importance: 'HIGH',
    documentation:
      'Time between two signs of life of a worker in its group, in milliseconds; less than a third of `session.timeout.ms`.',
  },
  {
    name: 'rebalance.timeout.ms',
    type: 'INT',
    default: 60_000,
    importance: 'HIGH',
    documentation: 'Time that a worker has to stop what it must give up and to join again, in milliseconds.',
  },
  {
    name: 'connect.protocol',
    type: 'STRING',
    default: 'sessioned',
    validator: oneOf('eager', 'compatible', 'sessioned'),
    importance: 'LOW',
    documentation:
      'How work is shared out: `eager` stops everything in each rebalance, `compatible` moves only what has to move, `sessioned` signs internal requests too.',
  },
  {
    name: 'scheduled.rebalance.max.delay.ms',
    type: 'INT',
    default: 300_000,
    validator: atLeast(0),
    importance: 'LOW',
    documentation:
      'How long the work of a worker that announced a restart is kept for it, in milliseconds. Work of a worker that vanished is handed out at once.',
  },
  {
    name: 'worker.sync.timeout.ms',
    type: 'INT',
    default: 3000,
    importance: 'MEDIUM',
    documentation:
      'Time to read the config topic to its end when a worker has to catch up, in milliseconds; after it the worker leaves the group and backs off.',
  },
  {
    name: 'worker.unsync.backoff.ms',
    type: 'INT',
    default: 300_000,
    importance: 'MEDIUM',
    documentation: 'Pause after a worker could not catch up, in milliseconds, under `connect.protocol=eager`.',
  },
  {
    name: 'client.id',
    type: 'STRING',
    default: '',
    importance: 'LOW',
    documentation: "Part of the client ids of the worker's own Kafka clients.",
  },
  {
    name: 'exactly.once.source.support',
    type: 'STRING',
    default: 'disabled',
    validator: oneOf('disabled'),
    importance: 'HIGH',
    documentation: 'Whether source connectors may write records exactly once; this version knows `disabled` only.',
  },
];

/** Keys of the internal topics. */
const storageKeys: readonly ConfigKeySpec[] = [
  {
    name: 'config.storage.topic',
    type: 'STRING',
    validator: nonEmpty(),
    importance: 'HIGH',
    documentation:
      'Topic that holds the configurations of connectors and tasks. It has one partition and is compacted.',
  },
  {
    name: 'config.storage.replication.factor',
    type: 'SHORT',
    default: 3,
    validator: countOrBrokerDefault,
    importance: 'LOW',
    documentation:
      'Replication factor of the config topic when it is created. Other topic settings have the prefix `config.storage.`.',
  },
  {
    name: 'offset.storage.topic',
    type: 'STRING',
    validator: nonEmpty(),
    importance: 'HIGH',
    documentation: 'Topic that holds the offsets of source connectors. It is compacted.',
  },
  {
    name: 'offset.storage.partitions',
    type: 'INT',
    default: 25,
    validator: countOrBrokerDefault,
    importance: 'LOW',
    documentation: 'Number of partitions of the offset topic when it is created.',
  },
  {
    name: 'offset.storage.replication.factor',
    type: 'SHORT',
    default: 3,
    validator: countOrBrokerDefault,
    importance: 'LOW',
    documentation:
      'Replication factor of the offset topic when it is created. Other topic settings have the prefix `offset.storage.`.',
  },
  {
    name: 'status.storage.topic',
    type: 'STRING',
    validator: nonEmpty(),
    importance: 'HIGH',
    documentation: 'Topic that holds the states of connectors and tasks. It is compacted.',
  },
  {
    name: 'status.storage.partitions',
    type: 'INT',
    default: 5,
    validator: countOrBrokerDefault,
    importance: 'LOW',
    documentation: 'Number of partitions of the status topic when it is created.',
  },
  {
    name: 'status.storage.replication.factor',
    type: 'SHORT',
    default: 3,
    validator: countOrBrokerDefault,
    importance: 'LOW',
    documentation:
      'Replication factor of the status topic when it is created. Other topic settings have the prefix `status.storage.`.',
  },
];

/** Keys of the signatures on requests between workers (KIP-507). */
const interWorkerKeys: readonly ConfigKeySpec[] = [
  {
    name: 'inter.worker.key.generation.algorithm',
    type: 'STRING',
    default: 'HmacSHA256',
    validator: oneOf(...macAlgorithms),
    importance: 'LOW',
    documentation: 'Algorithm for which session keys are made, which sign requests between workers.',
  },
  {
    name: 'inter.worker.key.size',
    type: 'INT',
    default: null,
    validator: orNull(atLeast(8)),
    importance: 'LOW',
    documentation: "Size of session keys in bits; the algorithm's own when not set.",
  },
  {
    name: 'inter.worker.key.ttl.ms',
    type: 'INT',
    default: 3_600_000,
    validator: atLeast(0),
    importance: 'LOW',
    documentation: 'Time after which the leader makes a new session key, in milliseconds; 0 keeps the first one.',
  },
  {
    name: 'inter.worker.signature.algorithm',
    type: 'STRING',
    default: 'HmacSHA256',
    validator: oneOf(...macAlgorithms),
    importance: 'LOW',
    documentation: 'Algorithm by which this worker signs requests to other workers.',
  },
  {
    name: 'inter.worker.verification.algorithms',
    type: 'LIST',
    default: 'HmacSHA256',
    validator: listOf(...macAlgorithms),
    importance: 'LOW',
    documentation: 'Algorithms of signatures that this worker accepts.',
  },
];

/** Every key that a distributed worker has and a standalone one has not. */
export const distributedKeys: readonly ConfigKeySpec[] = [...groupKeys, ...storageKeys, ...interWorkerKeys];
