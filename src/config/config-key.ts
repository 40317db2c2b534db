import type { Password } from './password.ts';

/** Types of configuration values, under Kafka's names. */
export const configTypes = [
  'BOOLEAN',
  'STRING',
  'INT',
  'SHORT',
  'LONG',
  'DOUBLE',
  'LIST',
  'CLASS',
  'PASSWORD',
] as const;

/** One of {@link configTypes}. */
export type ConfigType = (typeof configTypes)[number];

/** How much a key matters to the reader of the documentation. */
export type Importance = 'HIGH' | 'MEDIUM' | 'LOW';

/** How wide an input field for the key should be. */
export type Width = 'NONE' | 'SHORT' | 'MEDIUM' | 'LONG';

/**
 * A parsed value. LONG is a `number` where that is exact and a `bigint` beyond ±(2^53 − 1); a CLASS is its name as
 * written, because plugins are found by class name or alias later.
 */
export type ConfigValue = boolean | number | bigint | string | readonly string[] | Password | null;

/** A rule that a parsed value must keep. */
export interface Validator {
  /** How the rule reads in documentation, such as `[1,...]`. */
  readonly description: string;
  /**
   * What is wrong with `value`, as a sentence that follows `Invalid value V for configuration K: `; undefined when the
   * value is good. The value is null when none was given, or when what was given could not be parsed.
   */
  check(value: ConfigValue): string | undefined;
}

/** Values to offer for a key, given the values of the others. */
export interface Recommender {
  validValues(name: string, parsed: ReadonlyMap<string, ConfigValue>): readonly ConfigValue[];
  isVisible(name: string, parsed: ReadonlyMap<string, ConfigValue>): boolean;
}

/** What is declared of a key. A key without `default` is required; a `default` of null means "none, and that is allowed". */
export interface ConfigKeySpec {
  readonly name: string;
  readonly type: ConfigType;
  readonly default?: ConfigValue;
  readonly validator?: Validator;
  readonly importance: Importance;
  /** What the key means, with its unit; one or more full sentences. */
  readonly documentation: string;
  readonly group?: string;
  /** Place within the group, from 1. */
  readonly orderInGroup?: number;
  readonly width?: Width;
  readonly displayName?: string;
  /** Keys whose recommended values or visibility hang on this one. */
  readonly dependents?: readonly string[];
  readonly recommender?: Recommender;
}

/** A declared key, with everything filled in. */
export interface ConfigKey {
  readonly name: string;
  readonly type: ConfigType;
  readonly isRequired: boolean;
  /** The parsed default; null for a required key. */
  readonly defaultValue: ConfigValue;
  readonly validator: Validator | null;
  readonly importance: Importance;
  readonly documentation: string;
  readonly group: string | null;
  readonly orderInGroup: number;
  readonly width: Width;
  readonly displayName: string;
  readonly dependents: readonly string[];
  readonly recommender: Recommender | null;
}
