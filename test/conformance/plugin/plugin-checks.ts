import type { Client, Metadata } from '@grpc/grpc-js';
import { ConnectError, messageOf } from '../../../src/errors/connect-error.ts';
import { ConnectorClient } from '../../../src/plugin-host/connector-client.ts';
import type { PluginProcess } from '../../../src/plugin-host/plugin-process.ts';
import { pluginService } from '../../../src/wire/grpc-services.ts';
import { callUnary } from '../../../src/wire/plugin-calls.ts';
import type { ConnectorDescription } from '../../../src/wire/plugin-messages.ts';
import { type Check, clock, expect, patienceMs, type Subject, within } from './check.ts';

/** Rules of the service `Plugin` and of the process. */
export function pluginChecks(subject: Subject, connectors: readonly ConnectorDescription[]): readonly Check[] {
  return [...processChecks, ...connectors.flatMap(connector => connectorChecks(subject, connector))];
}

const processChecks: readonly Check[] = [
  { rule: 'answers Handshake with the nonce and a major of the worker', run: async () => undefined },
  {
    rule: 'refuses a worker without a common major with FAILED_PRECONDITION',
    run: async plugin => {
      const request = { majors: [4_000_000], features: [], nonce: Buffer.from('n'), maxReceiveBytes: 0, worker: 'kit' };
      const error: unknown = await within(
        'an answer',
        callUnary(plugin.channel.client, pluginService.handshake, request, callOptions(plugin)),
      ).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      const isRefusal =
        error instanceof ConnectError &&
        (error.details['grpcStatus'] === 'FAILED_PRECONDITION' || error.code === 'PLUGIN_PROTOCOL_UNSUPPORTED');
      expect(isRefusal, error === undefined ? 'it agreed to talk' : `it answered ${messageOf(error)}`);
    },
  },
  {
    rule: 'serves grpc.health.v1',
    run: async plugin => {
      const answer = await within(
        'health',
        callBytes(plugin.channel.client, '/grpc.health.v1.Health/Check', callOptions(plugin).metadata),
      );
      expect(answer.equals(Buffer.from([8, 1])), 'it does not say SERVING');
    },
  },
  {
    rule: 'ends by itself after Shutdown',
    run: async plugin => {
      await within('an answer', callUnary(plugin.channel.client, pluginService.shutdown, {}, callOptions(plugin)));
      const exit = await within('the exit', plugin.exited);
      expect(exit.signal === null, `it was ended by ${String(exit.signal)}`);
    },
  },
  {
    rule: 'ends at SIGTERM',
    run: async plugin => {
      process.kill(plugin.pid, 'SIGTERM');
      await within('the exit', plugin.exited);
    },
  },
  {
    rule: 'ends when its stdin does',
    run: async plugin => {
      plugin.closeStdin();
      await within('the exit', plugin.exited);
    },
  },
];

function connectorChecks(subject: Subject, { className, type, keys }: ConnectorDescription): readonly Check[] {
  const connect = (plugin: PluginProcess): ConnectorClient =>
    new ConnectorClient(plugin, { clock, callTimeoutMs: patienceMs });
  return [
    {
      rule: `${className}: describes its keys, each once and with documentation`,
      run: async () => {
        expect(new Set(keys.map(key => key.name)).size === keys.length, 'a key comes twice');
        const bare = keys.filter(key => key.documentation === '').map(key => key.name);
        expect(bare.length === 0, `without documentation: ${bare.join(', ')}`);
      },
    },
    {
      rule: `${className}: ValidateConfig reports on every key`,
      run: async plugin => {
        const reports = await connect(plugin).validateConfig(className, subject.config);
        const missing = keys.filter(key => !reports.some(report => report.name === key.name)).map(key => key.name);
        expect(missing.length === 0, `nothing on ${missing.join(', ')}`);
      },
    },
    {
      rule: `${className}: ValidateConfig finds each required key that is missing`,
      run: async plugin => {
        const reports = await connect(plugin).validateConfig(className, new Map());
        const unnoticed = keys.filter(
          key => key.required && !reports.some(r => r.name === key.name && r.errors.length > 0),
        );
        expect(unnoticed.length === 0, `no error on ${unnoticed.map(key => key.name).join(', ')}`);
      },
    },
    {
      rule: `${className}: PlanTasks keeps to max_tasks`,
      run: async plugin => {
        const request = { className, connector: 'kit', config: subject.config, maxTasks: 1 };
        await connect(plugin).planTasks(request);
      },
    },
    {
      rule: `${className}: AlterOffsets, where it is served, agrees or refuses, and says the same when asked again`,
      run: async plugin => {
        const common = { className, connector: 'kit', config: subject.config };
        const partition = Buffer.from('{"kit":"no such partition"}');
        const forgotten = { partitionJson: partition, offsetJson: Buffer.alloc(0), tombstone: true };
        const isSink = type === 'SINK';
        for (const request of [
          { ...common, sourceOffsets: [], sinkOffsets: [] },
          {
            ...common,
            sourceOffsets: isSink ? [] : [forgotten],
            sinkOffsets: isSink ? [{ topic: 'kit', partition: 0, offset: null }] : [],
          },
        ]) {
          const first = await answerTo(connect(plugin).alterOffsets(request));
          const second = await answerTo(connect(plugin).alterOffsets(request));
          expect(first === second, `it said '${first}', then '${second}'`);
        }
      },
    },
    {
      rule: `${className}: Watch says that it watches, then gives signs of life, and ends when cancelled`,
      run: async plugin => {
        const request = { className, connector: 'kit', config: subject.config, heartbeatMs: 200 };
        const watch = connect(plugin).watch(request, 1000, { replanTasks: () => undefined });
        await within("'watching'", watch.started);
        await clock.sleep(2500);
        const end = await watch.stop();
        expect(end.kind === 'stopped', end.kind === 'stopped' ? '' : end.error.message);
      },
    },
  ];
}

/** What a connector says to other offsets. A refusal is an answer, any other error is none. */
async function answerTo(call: Promise<{ readonly handled: boolean }>): Promise<string> {
  try {
    return (await call).handled ? 'handled' : 'nothing to say';
  } catch (error) {
    if (error instanceof ConnectError && error.code === 'OFFSETS_REFUSED') return error.message;
    throw error;
  }
}

function callOptions(plugin: PluginProcess): { readonly metadata: Metadata } {
  return { metadata: plugin.channel.metadata() };
}

function callBytes(client: Client, path: string, metadata: Metadata): Promise<Buffer> {
  const identity = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, identity, identity, Buffer.alloc(0), metadata, (error, answer) => {
      if (error !== null) reject(error);
      else resolve(answer ?? Buffer.alloc(0));
    });
  });
}
