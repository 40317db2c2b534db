/**
 * `npm run conformance -- [--class CLASS] [--config KEY=VALUE]… COMMAND…`: launches a plugin program through the plugin host and
 * checks the rules of docs/PLUGIN-PROTOCOL.md one by one, each on a process of its own. Prints a line per rule, the plugin's own
 * output on stderr, ends with `N passed, N failed`, and exits with 0 if none failed.
 */
import { ConnectError, messageOf } from '../../../src/errors/connect-error.ts';
import { createLogger } from '../../../src/logging/logger.ts';
import { ConnectorClient } from '../../../src/plugin-host/connector-client.ts';
import { PluginLauncher } from '../../../src/plugin-host/launch.ts';
import type { ConnectorDescription } from '../../../src/wire/plugin-messages.ts';
import { type Check, clock, patienceMs, runChecks, type Subject } from './check.ts';
import { pluginChecks } from './plugin-checks.ts';
import { sharingChecks } from './sharing-checks.ts';
import { sinkChecks } from './sink-checks.ts';
import { sourceChecks } from './source-checks.ts';

const usage = 'usage: npm run conformance -- [--class CLASS] [--config KEY=VALUE]… COMMAND…';

interface Arguments {
  readonly className: string | undefined;
  readonly config: ReadonlyMap<string, string>;
  readonly command: readonly string[];
}

function parseArguments(args: readonly string[]): Arguments {
  const config = new Map<string, string>();
  let className: string | undefined;
  let rest = args;
  for (; rest[0] === '--class' || rest[0] === '--config'; rest = rest.slice(2)) {
    const [option, value = ''] = rest;
    const split = value.indexOf('=');
    if (option === '--class') className = value;
    else if (split > 0) config.set(value.slice(0, split), value.slice(split + 1));
    else throw new ConnectError('REQUEST_INVALID', usage);
  }
  if (rest.length === 0) throw new ConnectError('REQUEST_INVALID', usage);
  return { className, config, command: rest };
}

function makeSubject({ config, command }: Arguments): Subject {
  const log = createLogger({ name: 'conformance', level: 'error' });
  const stopDeadlines = { shutdownMs: 2000, terminateMs: 2000 };
  return {
    config,
    launcher: new PluginLauncher({ clock, log, worker: 'millrace conformance kit', stopDeadlines }),
    manifest: {
      name: 'plugin',
      version: '0',
      // npm changes the working directory, and says where the command was typed.
      folder: process.env['INIT_CWD'] ?? process.cwd(),
      protocolMajors: [1],
      command,
      connectors: [],
      allowedEnvironment: [],
      transport: 'unix',
      limits: { memoryBytes: undefined, openFiles: undefined },
    },
  };
}

async function describeConnectors(subject: Subject): Promise<readonly ConnectorDescription[]> {
  const plugin = await subject.launcher.launch(subject.manifest, { bindings: {}, startTimeoutMs: patienceMs });
  try {
    return await new ConnectorClient(plugin, { clock, callTimeoutMs: patienceMs }).describeAll();
  } finally {
    await plugin.stop();
  }
}

async function main(): Promise<void> {
  const given = parseArguments(process.argv.slice(2));
  const subject = makeSubject(given);
  const all = await describeConnectors(subject);
  const connectors = all.filter(({ className }) => given.className === undefined || given.className === className);
  if (connectors.length === 0) {
    throw new ConnectError(
      'CONNECTOR_CLASS_UNKNOWN',
      `The plugin describes ${all.map(c => c.className).join(', ') || 'no connector'}`,
    );
  }
  const tasks = connectors.flatMap((connector): readonly Check[] =>
    connector.type === 'SINK' ? sinkChecks(subject, connector.className) : sourceChecks(subject, connector.className),
  );
  const sharing = connectors.flatMap(connector => sharingChecks(subject, connector));
  const { passed, failed } = await runChecks(subject, [...pluginChecks(subject, connectors), ...tasks, ...sharing]);
  await subject.launcher.close();
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 2;
});
