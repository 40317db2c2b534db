import { ConnectError } from '../errors/connect-error.ts';
import type { Demand } from '../wire/source-messages.ts';

/** What a batch costs. */
export interface BatchSize {
  readonly seq: number;
  readonly byteLength: number;
  readonly recordCount: number;
}

/** Demand granted to a source and batches received for it (rule 1). */
export class FlowLedger {
  /** Grants with tokens left, oldest first. */
  readonly #grants: { tokens: number; readonly maxRecords: number; readonly maxBytes: number }[] = [];
  #lastSeq = 0;

  grant(demand: Demand): void {
    if (demand.tokens > 0) this.#grants.push({ ...demand });
  }

  /** Batches that may still come. */
  get tokens(): number {
    return this.#grants.reduce((sum, grant) => sum + grant.tokens, 0);
  }

  /**
   * Books a batch. It uses the oldest token, but may be as large as any outstanding grant allows, since the plugin may have
   * read a later one already. A single record may have any size (rule 8).
   *
   * @throws {ConnectError} FLOW_VIOLATION: no token left, wrong sequence number, too many records; MESSAGE_TOO_LARGE.
   */
  take(batch: BatchSize): void {
    const [oldest] = this.#grants;
    if (oldest === undefined) {
      throw new ConnectError('FLOW_VIOLATION', `The plugin sent batch ${batch.seq} although no demand was left`);
    }
    if (batch.seq !== this.#lastSeq + 1) {
      const message = `The plugin sent batch ${batch.seq} where ${this.#lastSeq + 1} was due; sequence numbers start at 1 and rise by 1`;
      throw new ConnectError('FLOW_VIOLATION', message);
    }
    const maxBytes = this.#largest(grant => grant.maxBytes);
    const maxRecords = this.#largest(grant => grant.maxRecords);
    if (batch.byteLength > maxBytes && batch.recordCount > 1) {
      const message = `The plugin's batch ${batch.seq} has ${batch.byteLength} bytes in ${batch.recordCount} records, but the demand allows ${maxBytes} bytes`;
      throw new ConnectError('MESSAGE_TOO_LARGE', message, {
        details: { bytes: String(batch.byteLength), limit: String(maxBytes) },
      });
    }
    if (batch.recordCount > maxRecords) {
      const message = `The plugin's batch ${batch.seq} has ${batch.recordCount} records, but the demand allows ${maxRecords}`;
      throw new ConnectError('FLOW_VIOLATION', message);
    }
    this.#lastSeq = batch.seq;
    oldest.tokens -= 1;
    if (oldest.tokens === 0) this.#grants.shift();
  }

  /** A limit of 0 is none. */
  #largest(limitOf: (grant: { readonly maxRecords: number; readonly maxBytes: number }) => number): number {
    return Math.max(...this.#grants.map(grant => limitOf(grant) || Number.POSITIVE_INFINITY));
  }
}
