import { ConnectorClient } from '../../../src/plugin-host/connector-client.ts';
import type { PluginLease } from '../../../src/plugin-host/plugin-lease.ts';
import type { PluginProcess } from '../../../src/plugin-host/plugin-process.ts';
import { ProcessPool } from '../../../src/plugin-host/process-pool.ts';
import { SinkTaskClient } from '../../../src/plugin-host/sink-task-client.ts';
import { SourceTaskClient } from '../../../src/plugin-host/source-task-client.ts';
import type { ConnectorDescription } from '../../../src/wire/plugin-messages.ts';
import type { SinkUp } from '../../../src/wire/sink-messages.ts';
import type { SourceUp } from '../../../src/wire/source-messages.ts';
import { type Check, clock, expect, Inbox, patienceMs, type Subject, within } from './check.ts';

const heartbeatMs = 200;
/** A plugin that announces more is checked with so many. */
const tasksMax = 16;

interface Task {
  readonly client: SourceTaskClient | SinkTaskClient;
  readonly inbox: Pick<Inbox<SourceUp | SinkUp>, 'take' | 'messages'>;
}

/** The rule of `max_tasks`: tasks and connectors of one process, each on a connection of its own and with an end of its own. */
export function sharingChecks(subject: Subject, connector: ConnectorDescription): readonly Check[] {
  const { className } = connector;
  return [
    {
      rule: `${className}: runs as many tasks and connectors in one process as max_tasks says, each to its own end`,
      run: async plugin => {
        const count = Math.min(tasksMax, Math.max(1, plugin.handshake.maxTasks));
        const pool = new ProcessPool({
          launcher: subject.launcher,
          take: async () => plugin,
          startTimeoutMs: patienceMs,
          lingerMs: patienceMs,
          clock,
        });
        const instances = await leaseAll(pool, plugin, { count, ofTasks: false });
        await within('every connector', Promise.all(instances.map(lease => watch(lease, subject, className))));
        const configs = await plan(plugin, { subject, className, count });
        const leases = await leaseAll(pool, plugin, { count, ofTasks: true });
        const tasks = leases.map((lease, task) => {
          const config = configs[task % configs.length] ?? new Map();
          return connector.type === 'SINK' ? openSink(lease, task, config) : openSource(lease, task, config);
        });
        await within('every start', Promise.all(tasks.map(({ client }) => client.started)));
        const [first, ...others] = tasks;
        if (first !== undefined) await stop(first);
        for (const { client, inbox } of others) {
          const heartbeats = inbox.messages.filter(({ kind }) => kind === 'heartbeat').length;
          await inbox.take('heartbeat', heartbeats + 2);
          if (client instanceof SourceTaskClient) {
            client.send({
              kind: 'demand',
              demand: { tokens: 1, maxRecords: 10, maxBytes: 65_536, maxWaitMs: heartbeatMs },
            });
            await inbox.take('batch', 1);
          }
        }
      },
    },
  ];
}

function leaseAll(
  pool: ProcessPool,
  { manifest }: PluginProcess,
  { count, ofTasks }: { readonly count: number; readonly ofTasks: boolean },
): Promise<readonly PluginLease[]> {
  const { signal } = new AbortController();
  const lease = (index: number): Promise<PluginLease> => {
    const owner = ofTasks ? { connector: 'kit', task: index } : { connector: `kit-${index}`, task: null };
    return pool.lease({ manifest, isolation: 'plugin', owner, hiddenValues: [], signal });
  };
  return Promise.all(Array.from({ length: count }, (_, index) => lease(index)));
}

async function watch(lease: PluginLease, { config }: Subject, className: string): Promise<void> {
  const client = new ConnectorClient(lease, { clock, callTimeoutMs: patienceMs });
  const request = { className, connector: 'kit', config, heartbeatMs };
  await client.watch(request, 5 * heartbeatMs, { replanTasks: () => undefined }).started;
}

async function plan(
  plugin: PluginProcess,
  { subject, className, count }: { readonly subject: Subject; readonly className: string; readonly count: number },
): Promise<readonly ReadonlyMap<string, string>[]> {
  const client = new ConnectorClient(plugin, { clock, callTimeoutMs: patienceMs });
  return client.planTasks({ className, connector: 'kit', config: subject.config, maxTasks: count });
}

function openSource(lease: PluginLease, task: number, config: ReadonlyMap<string, string>): Task {
  const start = { connector: 'kit', task, epoch: 1, config, offsets: [], offsetsComplete: true };
  const client = SourceTaskClient.open(lease, { ...start, heartbeatMs, deadAfterMs: 10 * heartbeatMs }, clock);
  return { client, inbox: new Inbox<SourceUp | SinkUp>(client) };
}

function openSink(lease: PluginLease, task: number, config: ReadonlyMap<string, string>): Task {
  const start = { connector: 'kit', task, epoch: 1, config, offers: ['RAW', 'UTF8', 'JSON'] as const };
  const client = SinkTaskClient.open(lease, { ...start, heartbeatMs, deadAfterMs: 10 * heartbeatMs }, clock);
  return { client, inbox: new Inbox<SourceUp | SinkUp>(client) };
}

async function stop({ client, inbox }: Task): Promise<void> {
  const stopping = client.stop('STOP', patienceMs);
  await inbox.take('stopped', 1);
  client.finish();
  const end = await within('the end', stopping);
  expect(end.kind === 'stopped' && end.isClean, `it ended as ${end.kind}`);
}
