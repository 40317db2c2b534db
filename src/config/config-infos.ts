/**
 * What a configuration key is and what validation found about its value, in the shape that Kafka Connect's
 * `/connector-plugins/{p}/config/validate` gives to tools (`ConfigInfos`, `ConfigKeyInfo`, `ConfigValueInfo`).
 */

import type { ConfigType, Importance, Width } from './config-key.ts';

/** Definition of one key. */
export interface ConfigKeyInfo {
  readonly name: string;
  readonly type: ConfigType;
  readonly required: boolean;
  /** As text; null if there is none. */
  readonly defaultValue: string | null;
  readonly importance: Importance;
  readonly documentation: string;
  readonly group: string | null;
  readonly width: Width;
  readonly displayName: string;
  readonly dependents: readonly string[];
  /** Place in the group, from 1; -1 if it has none. */
  readonly order: number;
}

/** What validation found about one key. */
export interface ConfigValueInfo {
  readonly name: string;
  /** As text; null if not set; `[hidden]` for a PASSWORD. */
  readonly value: string | null;
  readonly recommendedValues: readonly string[];
  /** Empty if the value is right. */
  readonly errors: readonly string[];
  readonly visible: boolean;
}

/** Result of a validation. */
export interface ConfigInfos {
  /** `connector.class` as given. */
  readonly name: string;
  readonly errorCount: number;
  readonly groups: readonly string[];
  /** A value without definition belongs to an unknown key that has something to report. */
  readonly configs: readonly { readonly definition: ConfigKeyInfo | null; readonly value: ConfigValueInfo }[];
}
