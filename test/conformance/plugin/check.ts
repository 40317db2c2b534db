import { createDeferred } from '../../../src/async/deferred.ts';
import { SystemClock } from '../../../src/async/clock.ts';
import { withDeadline } from '../../../src/async/deadline.ts';
import { messageOf } from '../../../src/errors/connect-error.ts';
import type { PluginLauncher } from '../../../src/plugin-host/launch.ts';
import type { PluginManifest } from '../../../src/plugin-host/plugin-manifest.ts';
import type { PluginProcess } from '../../../src/plugin-host/plugin-process.ts';

/** What the kit was asked to check. */
export interface Subject {
  readonly manifest: PluginManifest;
  readonly launcher: PluginLauncher;
  /** Configuration that the connector can work with, as given on the command line. */
  readonly config: ReadonlyMap<string, string>;
}

/** One rule: `run` returns when the plugin keeps it and throws a reason when not. */
export interface Check {
  readonly rule: string;
  readonly run: (plugin: PluginProcess) => Promise<void>;
}

export const clock = new SystemClock();

/** Longest wait for anything that a plugin has to do. */
export const patienceMs = 10_000;

/** Throws `reason` unless the fact holds. */
export function expect(fact: boolean, reason: string): void {
  if (!fact) throw new Error(reason);
}

/** Waits for something that the plugin has to do. */
export function within<T>(what: string, work: Promise<T>, timeoutMs = patienceMs): Promise<T> {
  return withDeadline(
    clock,
    { timeoutMs, onTimeout: () => new Error(`${what} did not come within ${timeoutMs} ms`) },
    work,
  );
}

/** Runs each check on a process of its own, prints a line for it, and returns how many were kept and broken. */
export async function runChecks(
  subject: Subject,
  checks: readonly Check[],
): Promise<{ passed: number; failed: number }> {
  let failed = 0;
  for (const { rule, run } of checks) {
    const reason = await reasonOfFailure(subject, run);
    if (reason !== undefined) failed += 1;
    console.log(reason === undefined ? `ok      ${rule}` : `not ok  ${rule}: ${reason}`);
  }
  return { passed: checks.length - failed, failed };
}

async function reasonOfFailure(subject: Subject, run: Check['run']): Promise<string | undefined> {
  let plugin: PluginProcess | undefined;
  try {
    plugin = await subject.launcher.launch(subject.manifest, { bindings: {}, startTimeoutMs: patienceMs });
    await run(plugin);
    return undefined;
  } catch (error) {
    return messageOf(error);
  } finally {
    await plugin?.kill();
  }
}

/** Messages of a task in order, for a check to wait for. */
export class Inbox<Message extends { readonly kind: string }> {
  readonly messages: Message[] = [];
  #arrived = createDeferred<undefined>();

  /** @param task ends the wait when the task does. */
  constructor(task: { onUp(handler: (message: Message) => void): void; readonly ended: Promise<unknown> }) {
    const wake = (): void => {
      this.#arrived.resolve(undefined);
      this.#arrived = createDeferred<undefined>();
    };
    task.onUp(message => {
      this.messages.push(message);
      wake();
    });
    void task.ended.then(end => {
      this.#ended = JSON.stringify(end, (key, value: unknown) =>
        key === 'error' && value instanceof Error ? value.message : value,
      );
      wake();
    });
  }

  #ended: string | undefined;

  /** The messages of one kind, once there are `count`. */
  take<Kind extends Message['kind']>(kind: Kind, count: number): Promise<readonly Extract<Message, { kind: Kind }>[]> {
    const isKind = (message: Message): message is Extract<Message, { kind: Kind }> => message.kind === kind;
    const find = async (): Promise<readonly Extract<Message, { kind: Kind }>[]> => {
      for (;;) {
        const found = this.messages.filter(isKind);
        if (found.length >= count) return found;
        if (this.#ended !== undefined) throw new Error(`the task ended: ${this.#ended}`);
        await this.#arrived.promise;
      }
    };
    return within(`'${kind}' number ${count}`, find());
  }
}
