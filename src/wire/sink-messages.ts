/** The messages of proto/millrace/plugin/v1/sink.proto as plain values; data-messages.ts has the mapping rule. */
import type {
  BatchRange,
  Declare,
  Empty,
  Failure,
  Format,
  Heartbeat,
  HostCall,
  HostReply,
  Stop,
  TopicPartitionOffset,
} from './data-messages.ts';

export interface SinkStart {
  readonly connector: string;
  readonly task: number;
  readonly epoch: number;
  readonly config: ReadonlyMap<string, string>;
  readonly heartbeatMs: number;
  readonly deadAfterMs: number;
  readonly offers: readonly Format[];
}

export interface SinkStarted {
  readonly maxBatches: number;
  readonly maxBytes: number;
  readonly keyFormat: Format;
  readonly valueFormat: Format;
  readonly ownsOffsets: boolean;
  readonly headerFormat: Format;
}

export interface Assign {
  readonly id: number;
  readonly opened: readonly TopicPartitionOffset[];
  readonly closed: readonly TopicPartitionOffset[];
}

export interface AssignDone {
  readonly id: number;
  readonly seek: readonly TopicPartitionOffset[];
}

export interface Flush {
  readonly id: number;
}

export interface RecordError {
  readonly index: number;
  readonly why: Failure | null;
}

export interface Partial {
  readonly count: number;
  readonly failed: readonly RecordError[];
}

export interface BatchResult {
  readonly seq: number;
  readonly r:
    | { readonly kind: 'ok'; readonly ok: boolean }
    | { readonly kind: 'retryAfterMs'; readonly retryAfterMs: number }
    | { readonly kind: 'partial'; readonly partial: Partial }
    | null;
}

export interface Durable {
  readonly upToSeq: number;
  readonly offsets: readonly TopicPartitionOffset[];
  readonly flushId: number;
}

export interface FlowHint {
  readonly pause: readonly TopicPartitionOffset[];
  readonly resume: readonly TopicPartitionOffset[];
  readonly requestCommit: boolean;
}

/** From the worker to a sink task; batches are written by {@link BatchWriter}. */
export type SinkDownControl =
  | { readonly kind: 'start'; readonly start: SinkStart }
  | { readonly kind: 'assign'; readonly assign: Assign }
  | { readonly kind: 'declare'; readonly declare: Declare }
  | { readonly kind: 'flush'; readonly flush: Flush }
  | { readonly kind: 'reply'; readonly reply: HostReply }
  | { readonly kind: 'stop'; readonly stop: Stop }
  | { readonly kind: 'logLevel'; readonly logLevel: string };

/** What a sink task receives. `unknown`: a case of a later version, to be ignored (rule 7). */
export type SinkDown =
  SinkDownControl | { readonly kind: 'batch'; readonly batch: BatchRange } | { readonly kind: 'unknown' };

/** From a sink task to the worker. `unknown`: a case of a later version, to be ignored (rule 7). */
export type SinkUp =
  | { readonly kind: 'started'; readonly started: SinkStarted }
  | { readonly kind: 'assigned'; readonly assigned: AssignDone }
  | { readonly kind: 'result'; readonly result: BatchResult }
  | { readonly kind: 'durable'; readonly durable: Durable }
  | { readonly kind: 'hint'; readonly hint: FlowHint }
  | { readonly kind: 'heartbeat'; readonly heartbeat: Heartbeat }
  | { readonly kind: 'call'; readonly call: HostCall }
  | { readonly kind: 'failure'; readonly failure: Failure }
  | { readonly kind: 'stopped'; readonly stopped: Empty }
  | { readonly kind: 'unknown' };
