import { assertNever } from '../errors/assert-never.ts';
import { ClusterConfig } from './cluster-config.ts';
import type { ConfigRecord } from './config-records.ts';
import type { ConfigUpdate, SessionKey } from './config-store.ts';
import { applyConnectorRecord, emptyEntry, type ConnectorEntry } from './connector-entry.ts';

/** Takes the records of a config topic one after the other, and tells what the cluster's configuration is by them. */
export class ClusterConfigBuilder {
  readonly #entries = new Map<string, ConnectorEntry>();
  #offset = -1;
  #sessionKey: SessionKey | null = null;
  #snapshot: ClusterConfig | null = null;

  /** What was taken so far. The same object until more is taken. */
  get snapshot(): ClusterConfig {
    this.#snapshot ??= new ClusterConfig({
      offset: this.#offset,
      sessionKey: this.#sessionKey,
      entries: new Map(this.#entries),
    });
    return this.#snapshot;
  }

  /** Counts a record for the config offset; that is all to do about one that means nothing. */
  count(offset: number): void {
    this.#offset = offset + 1;
    this.#snapshot = null;
  }

  /** Takes a record and says what it changed. */
  apply(record: ConfigRecord, offset: number): readonly ConfigUpdate[] {
    this.count(offset);
    switch (record.kind) {
      case 'session-key':
        this.#sessionKey = record.sessionKey;
        return [{ kind: 'session-key', sessionKey: record.sessionKey }];
      case 'restart':
        return [{ kind: 'restart', request: record.request }];
      case 'logger-level':
        return [record];
      case 'target-state':
      case 'connector':
      case 'task':
      case 'commit':
      case 'task-count': {
        const [entry, updates] = applyConnectorRecord(this.#entries.get(record.connector) ?? emptyEntry, record);
        this.#entries.set(record.connector, entry);
        return updates;
      }
      default:
        return assertNever(record);
    }
  }
}
