/** The messages of proto/millrace/plugin/v1/source.proto as plain values; data-messages.ts has the mapping rule. */
import type {
  BatchRange,
  Declare,
  Empty,
  Failure,
  Heartbeat,
  HostCall,
  HostReply,
  SourceOffset,
  Stop,
} from './data-messages.ts';

export interface SourceStart {
  readonly connector: string;
  readonly task: number;
  readonly epoch: number;
  readonly config: ReadonlyMap<string, string>;
  readonly offsets: readonly SourceOffset[];
  readonly offsetsComplete: boolean;
  readonly heartbeatMs: number;
  readonly deadAfterMs: number;
}

export interface Demand {
  readonly tokens: number;
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly maxWaitMs: number;
}

export type AckLevel = 'LEVEL_UNSPECIFIED' | 'PRODUCED' | 'COMMITTED';

export interface Dropped {
  readonly seq: number;
  readonly index: readonly number[];
  readonly count: number;
  readonly why: Failure | null;
}

export interface Ack {
  readonly level: AckLevel;
  readonly upToSeq: number;
  readonly dropped: readonly Dropped[];
}

/** From the worker to a source task. `unknown`: a case of a later version, to be ignored (rule 7). */
export type SourceDown =
  | { readonly kind: 'start'; readonly start: SourceStart }
  | { readonly kind: 'demand'; readonly demand: Demand }
  | { readonly kind: 'ack'; readonly ack: Ack }
  | { readonly kind: 'reply'; readonly reply: HostReply }
  | { readonly kind: 'stop'; readonly stop: Stop }
  | { readonly kind: 'logLevel'; readonly logLevel: string }
  | { readonly kind: 'unknown' };

/** From a source task to the worker; batches are written by {@link BatchWriter}. */
export type SourceUpControl =
  | { readonly kind: 'started'; readonly started: Empty }
  | { readonly kind: 'declare'; readonly declare: Declare }
  | { readonly kind: 'heartbeat'; readonly heartbeat: Heartbeat }
  | { readonly kind: 'call'; readonly call: HostCall }
  | { readonly kind: 'failure'; readonly failure: Failure }
  | { readonly kind: 'stopped'; readonly stopped: Empty };

/** What the worker receives of a source task. `unknown`: a case of a later version, to be ignored (rule 7). */
export type SourceUp =
  SourceUpControl | { readonly kind: 'batch'; readonly batch: BatchRange } | { readonly kind: 'unknown' };
