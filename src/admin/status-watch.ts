import { createHash } from 'node:crypto';
import type { ConnectorStatus, Herder } from '../herder/herder.ts';
import { toConnectorStatus, type ConnectorStatusMessage } from './connector-messages.ts';
import { UnsentChanges } from './unsent-changes.ts';

/** `millrace.admin.v1.WatchConnectorStatusResponse` */
export interface StatusEventMessage {
  readonly kind: 'SNAPSHOT' | 'SNAPSHOT_END' | 'CHANGED' | 'DELETED';
  readonly name: string;
  readonly status: ConnectorStatusMessage | null;
}

/**
 * Tells a watcher the state of one connector, or of all, and then each change, until the signal aborts.
 *
 * @param name of a connector; empty for all.
 * @param send resolves when the watcher takes more.
 * @throws {ConnectError} CONNECTOR_NOT_FOUND; the signal's reason.
 */
export async function watchStatuses(
  herder: Herder,
  name: string,
  options: { readonly send: (event: StatusEventMessage) => Promise<void>; readonly signal: AbortSignal },
): Promise<void> {
  const { send, signal } = options;
  const changes = new UnsentChanges<string>();
  // Before the snapshot is taken, so that no change falls between.
  const stop = herder.watchStatuses(changed => {
    if (name === '' || changed === name) changes.add(changed);
  });
  /** Digests of what the watcher was told last; statuses with traces are large. */
  const told = new Map<string, string>();
  try {
    const snapshot =
      name === '' ? await herder.connectorStatuses(signal) : [await herder.connectorStatus(name, signal)];
    for (const status of snapshot) {
      told.set(status.name, digestOf(status));
      await send({ kind: 'SNAPSHOT', name: status.name, status: toConnectorStatus(status) });
    }
    await send({ kind: 'SNAPSHOT_END', name: '', status: null });
    for (;;) {
      const changed = await changes.next(signal);
      const status = await herder.knownStatus(changed, signal);
      if (status === null) {
        if (told.delete(changed)) await send({ kind: 'DELETED', name: changed, status: null });
        continue;
      }
      const digest = digestOf(status);
      if (told.get(changed) === digest) continue;
      told.set(changed, digest);
      await send({ kind: 'CHANGED', name: changed, status: toConnectorStatus(status) });
    }
  } finally {
    stop();
  }
}

function digestOf(status: ConnectorStatus): string {
  return createHash('sha256').update(JSON.stringify(status)).digest('base64');
}
