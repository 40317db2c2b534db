/** Keys of a worker, in both modes, under the names, types, defaults and rules of Kafka Connect 4.1. */
import type { ConfigKeySpec } from './config-key.ts';
import { atLeast, oneOf, oneOfIgnoringCase } from './validators.ts';

/** Keys of every worker, but those of TLS and REST. */
export const workerKeys: readonly ConfigKeySpec[] = [
  {
    name: 'bootstrap.servers',
    type: 'LIST',
    default: 'localhost:9092',
    importance: 'HIGH',
    documentation:
      "Brokers to connect to first, as `host:port` items. They serve the worker's own topics and, unless overridden, the clients of all connectors.",
  },
  {
    name: 'client.dns.lookup',
    type: 'STRING',
    default: 'use_all_dns_ips',
    validator: oneOf('use_all_dns_ips', 'resolve_canonical_bootstrap_servers_only'),
    importance: 'MEDIUM',
    documentation:
      'How host names of brokers are resolved: to all addresses, tried in order, or to canonical names first.',
  },
  {
    name: 'key.converter',
    type: 'CLASS',
    importance: 'HIGH',
    documentation:
      'Converter of record keys, by class name or alias, for connectors that name none. Its settings have the prefix `key.converter.`.',
  },
  {
    name: 'key.converter.plugin.version',
    type: 'STRING',
    default: null,
    importance: 'LOW',
    documentation: 'Version range of the key converter.',
  },
  {
    name: 'value.converter',
    type: 'CLASS',
    importance: 'HIGH',
    documentation:
      'Converter of record values, by class name or alias, for connectors that name none. Its settings have the prefix `value.converter.`.',
  },
  {
    name: 'value.converter.plugin.version',
    type: 'STRING',
    default: null,
    importance: 'LOW',
    documentation: 'Version range of the value converter.',
  },
  {
    name: 'task.shutdown.graceful.timeout.ms',
    type: 'LONG',
    default: 5000,
    importance: 'LOW',
    documentation:
      'Time that all tasks of one stop together get to end by themselves, in milliseconds; tasks that take longer are cancelled.',
  },
  {
    name: 'offset.flush.interval.ms',
    type: 'LONG',
    default: 60_000,
    importance: 'LOW',
    documentation: 'Time between two commits of the offsets of a task, in milliseconds.',
  },
  {
    name: 'offset.flush.timeout.ms',
    type: 'LONG',
    default: 5000,
    importance: 'LOW',
    documentation:
      'Time that one commit of offsets may take, in milliseconds; after it the commit is given up and tried again at the next interval.',
  },
  {
    name: 'plugin.path',
    type: 'LIST',
    default: null,
    importance: 'LOW',
    documentation: 'Folders that are searched for plugins. References to config providers are not resolved here.',
  },
  {
    name: 'plugin.discovery',
    type: 'STRING',
    default: 'hybrid_warn',
    validator: oneOfIgnoringCase('ONLY_SCAN', 'SERVICE_LOAD', 'HYBRID_WARN', 'HYBRID_FAIL'),
    importance: 'LOW',
    documentation:
      'How Kafka Connect looks for Java plugins. Millrace accepts the key and finds plugins by their plugin.json in every mode.',
  },
  {
    name: 'metrics.sample.window.ms',
    type: 'LONG',
    default: 30_000,
    validator: atLeast(0),
    importance: 'LOW',
    documentation: 'Length of one window over which metrics are sampled, in milliseconds.',
  },
  {
    name: 'metrics.num.samples',
    type: 'INT',
    default: 2,
    validator: atLeast(1),
    importance: 'LOW',
    documentation: 'Number of windows that a sampled metric remembers.',
  },
  {
    name: 'metrics.recording.level',
    type: 'STRING',
    default: 'INFO',
    validator: oneOf('INFO', 'DEBUG'),
    importance: 'LOW',
    documentation: 'Most detailed level of metrics that are recorded.',
  },
  {
    name: 'metric.reporters',
    type: 'LIST',
    default: 'org.apache.kafka.common.metrics.JmxReporter',
    importance: 'LOW',
    documentation: 'Classes of Java metrics reporters.',
  },
  {
    name: 'header.converter',
    type: 'CLASS',
    default: 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
    importance: 'LOW',
    documentation:
      'Converter of record header values, by class name or alias, for connectors that name none. Its settings have the prefix `header.converter.`.',
  },
  {
    name: 'header.converter.plugin.version',
    type: 'STRING',
    default: null,
    importance: 'LOW',
    documentation: 'Version range of the header converter.',
  },
  {
    name: 'config.providers',
    type: 'LIST',
    default: '',
    importance: 'LOW',
    documentation:
      'Aliases of config providers. Each needs `config.providers.{alias}.class`; its settings have the prefix `config.providers.{alias}.param.`.',
  },
  {
    name: 'connector.client.config.override.policy',
    type: 'STRING',
    default: 'All',
    importance: 'MEDIUM',
    documentation:
      'Which client settings a connector may override with `producer.override.`, `consumer.override.` and `admin.override.`: `All`, `None`, or `Principal` (only `sasl.jaas.config`, `sasl.mechanism` and `security.protocol`).',
  },
  {
    name: 'topic.creation.enable',
    type: 'BOOLEAN',
    default: true,
    importance: 'LOW',
    documentation: 'Whether source connectors may have topics created as their `topic.creation.` settings say.',
  },
  {
    name: 'topic.tracking.enable',
    type: 'BOOLEAN',
    default: true,
    importance: 'LOW',
    documentation: 'Whether the topics that each connector uses are tracked.',
  },
  {
    name: 'topic.tracking.allow.reset',
    type: 'BOOLEAN',
    default: true,
    importance: 'LOW',
    documentation: 'Whether the tracked topics of a connector may be reset on request.',
  },
];

/** Keys of a standalone worker only. */
export const standaloneKeys: readonly ConfigKeySpec[] = [
  {
    name: 'offset.storage.file.filename',
    type: 'STRING',
    importance: 'HIGH',
    documentation: 'Path of the file that holds the offsets of source connectors.',
  },
];
