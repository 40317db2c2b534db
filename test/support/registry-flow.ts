import { readFile } from 'node:fs/promises';
import { SystemClock } from '../../src/async/clock.ts';
import { createSchemaRegistry } from '../../src/converters/registry/create-schema-registry.ts';
import { parseRegistryConfig } from '../../src/converters/registry/registry-config.ts';
import type { SchemaRegistry } from '../../src/converters/registry/schema-registry.ts';
import { testBootstrap } from './broker.ts';
import { uniqueName } from './fill-topic.ts';
import { KafkaProbe } from './kafka-probe.ts';
import { awaitLines } from './line-files.ts';
import { RealSchemaRegistry } from './real-schema-registry.ts';
import { roguePluginPath, StandaloneFixture } from './standalone-fixture.ts';
import type { Settings, StandaloneWorker } from './standalone-worker.ts';

/** A real registry, a worker, and plugins that give and take values of any format through Kafka; for a whole file of tests. */
export class RegistryFlow {
  readonly registry: RealSchemaRegistry;
  /** Looks into the registry. */
  readonly client: SchemaRegistry;
  readonly worker: StandaloneWorker;
  readonly kafka: KafkaProbe;
  readonly #fixture: StandaloneFixture;

  private constructor(parts: {
    readonly registry: RealSchemaRegistry;
    readonly worker: StandaloneWorker;
    readonly kafka: KafkaProbe;
    readonly fixture: StandaloneFixture;
  }) {
    this.registry = parts.registry;
    this.worker = parts.worker;
    this.kafka = parts.kafka;
    this.#fixture = parts.fixture;
    const settings = new Map([['schema.registry.url', this.registry.url]]);
    this.client = createSchemaRegistry(parseRegistryConfig(settings), new SystemClock());
  }

  /** Starts all of it. Connectors have AvroConverter unless they say otherwise. */
  static async start(): Promise<RegistryFlow> {
    const kafka = await KafkaProbe.connect(testBootstrap());
    const fixture = await StandaloneFixture.create();
    const registry = await RealSchemaRegistry.start();
    const worker = await fixture.start({
      settings: {
        'plugin.path': roguePluginPath,
        'value.converter': 'io.confluent.connect.avro.AvroConverter',
        'value.converter.schema.registry.url': `http://127.0.0.1:9,${registry.url}`,
        'value.converter.retries.wait.ms': '1',
      },
    });
    return new RegistryFlow({ registry, worker, kafka, fixture });
  }

  async stop(): Promise<void> {
    await this.kafka.close();
    await this.#fixture.close();
    await this.registry.stop();
  }

  /** Creates a source of values, which are hexadecimal. */
  async createSource(topic: string, values: readonly string[], settings: Settings): Promise<void> {
    const own = { 'connector.class': 'org.example.TypedValuesSource', topic, values: values.join(',') };
    await this.worker.create(`${topic}-source`, { ...own, ...settings });
  }

  /** Creates a sink. @returns the file that gets a line per record. */
  async createSink(name: string, topics: string, settings: Settings): Promise<string> {
    const file = this.#fixture.folder.file(name);
    await this.worker.create(name, { 'connector.class': 'org.example.TypedValuesSink', file, topics, ...settings });
    return file;
  }

  /** Values of a topic in Kafka, after a source gave them. */
  async produce(topic: string, values: readonly string[], settings: Settings): Promise<readonly Buffer[]> {
    await this.createSource(topic, values, settings);
    return this.awaitValues(topic, values.length);
  }

  /** Values of a topic in Kafka, once it has as many. */
  async awaitValues(topic: string, count: number): Promise<readonly Buffer[]> {
    await this.kafka.awaitCount(topic, count);
    return (await this.kafka.read(topic)).map(({ message }) => message.value ?? Buffer.alloc(0));
  }

  /** What a sink got of a topic, record by record. */
  async consume(topic: string, count: number, settings: Settings): Promise<readonly unknown[]> {
    return this.awaitTaken(await this.createSink(uniqueName('typed-sink'), topic, settings), count);
  }

  /** What a sink wrote into its file, record by record, once these are as many. */
  async awaitTaken(file: string, count: number): Promise<readonly unknown[]> {
    await awaitLines(file, count);
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    return lines.map((line): unknown => JSON.parse(line));
  }

  /** From now on the registry takes for a topic's values only what can read what was written before. */
  async requireBackward(topic: string): Promise<void> {
    const answer = await fetch(`${this.registry.url}/config/${topic}-value`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: '{"compatibility":"BACKWARD"}',
    });
    if (!answer.ok) throw new Error(`The registry answers ${answer.status}: ${await answer.text()}`);
  }
}
