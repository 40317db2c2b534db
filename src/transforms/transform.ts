import type { ConfigDef } from '../config/config-def.ts';
import type { ParsedConfig } from '../config/parsed-config.ts';
import type { ConnectRecord } from './connect-record.ts';
import type { RecordSide } from './record-side.ts';

/**
 * A single message transform: gives the record to go on with, or null to drop it. It holds nothing that would have to be closed.
 *
 * @throws {ConnectError} DATA_INVALID or SCHEMA_INVALID when the record is not one that it can change.
 */
export type Transform = (record: ConnectRecord) => ConnectRecord | null;

/** Tells whether a transform applies to a record. */
export type Predicate = (record: ConnectRecord) => boolean;

/** A part of a record that has to be decoded to be looked at or changed. */
export type RecordPart = 'key' | 'value' | 'headers';

/** What a transform is made from. */
export interface TransformOptions {
  /** Its settings. */
  readonly config: ParsedConfig;
  /** Side of the record that it works on; `value` for one that does not ask. */
  readonly side: RecordSide;
  /** The present time, which tells the century of years of two digits. */
  readonly nowMs: number;
}

/** A kind of transform. */
export interface TransformKind {
  /** Simple name of the Java class, such as `Cast`. */
  readonly simpleName: string;
  /** Whether there is one for keys and one for values, rather than one for the record. */
  readonly hasSides: boolean;
  /** What it looks at or changes beside its side. */
  readonly touches: readonly RecordPart[];
  readonly configDef: ConfigDef;
  /** @throws {ConnectError} CONFIG_INVALID when settings contradict each other. */
  create(options: TransformOptions): Transform;
}

/** A kind of predicate. */
export interface PredicateKind {
  /** Simple name of the Java class, such as `RecordIsTombstone`. */
  readonly simpleName: string;
  /** What it looks at. */
  readonly touches: readonly RecordPart[];
  readonly configDef: ConfigDef;
  create(config: ParsedConfig): Predicate;
}
