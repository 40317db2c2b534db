/** The messages of proto/millrace/plugin/v1/plugin.proto as plain values; data-messages.ts has the mapping rule. */
import type { Empty, Failure, SourceOffset, TopicPartitionOffset } from './data-messages.ts';

export interface HandshakeRequest {
  readonly majors: readonly number[];
  readonly features: readonly string[];
  readonly nonce: Uint8Array;
  readonly maxReceiveBytes: number;
  readonly worker: string;
}

export interface HandshakeResponse {
  readonly major: number;
  readonly features: readonly string[];
  readonly nonce: Uint8Array;
  readonly maxReceiveBytes: number;
  readonly maxTasks: number;
  readonly plugin: string;
  readonly version: string;
  readonly sdk: string;
}

export type DescribeRequest = Empty;

export interface DescribeResponse {
  readonly connectors: readonly ConnectorDescription[];
}

export interface ConnectorDescription {
  readonly className: string;
  readonly type: ConnectorType;
  readonly version: string;
  readonly keys: readonly ConfigKeyDescription[];
  readonly exactlyOnce: ExactlyOnce;
}

export type ConnectorType = 'CONNECTOR_TYPE_UNSPECIFIED' | 'SOURCE' | 'SINK';

export type ExactlyOnce = 'EXACTLY_ONCE_UNSPECIFIED' | 'SUPPORTED' | 'UNSUPPORTED';

export type ConfigKeyType =
  'TYPE_UNSPECIFIED' | 'BOOLEAN' | 'STRING' | 'INT' | 'SHORT' | 'LONG' | 'DOUBLE' | 'LIST' | 'CLASS' | 'PASSWORD';

export type ConfigKeyImportance = 'IMPORTANCE_UNSPECIFIED' | 'HIGH' | 'MEDIUM' | 'LOW';

export type ConfigKeyWidth = 'WIDTH_UNSPECIFIED' | 'NONE' | 'WIDTH_SHORT' | 'WIDTH_MEDIUM' | 'WIDTH_LONG';

export interface ConfigKeyDescription {
  readonly name: string;
  readonly type: ConfigKeyType;
  readonly required: boolean;
  readonly defaultValue: string | null;
  readonly importance: ConfigKeyImportance;
  readonly documentation: string;
  readonly group: string;
  readonly orderInGroup: number;
  readonly width: ConfigKeyWidth;
  readonly displayName: string;
  readonly dependents: readonly string[];
}

export interface ValidateConfigRequest {
  readonly className: string;
  readonly config: ReadonlyMap<string, string>;
}

export interface ValidateConfigResponse {
  readonly values: readonly ConfigValueReport[];
}

export interface ConfigValueReport {
  readonly name: string;
  readonly value: string | null;
  readonly recommendedValues: readonly string[];
  readonly errors: readonly string[];
  readonly hidden: boolean;
}

export interface PlanTasksRequest {
  readonly className: string;
  readonly connector: string;
  readonly config: ReadonlyMap<string, string>;
  readonly maxTasks: number;
}

export interface PlanTasksResponse {
  readonly tasks: readonly TaskConfig[];
  readonly failure: Failure | null;
}

export interface TaskConfig {
  readonly config: ReadonlyMap<string, string>;
}

export interface WatchRequest {
  readonly className: string;
  readonly connector: string;
  readonly config: ReadonlyMap<string, string>;
  readonly heartbeatMs: number;
}

export interface WatchEvent {
  readonly event:
    | { readonly kind: 'watching'; readonly watching: Empty }
    | { readonly kind: 'replanTasks'; readonly replanTasks: ReplanTasks }
    | { readonly kind: 'failed'; readonly failed: Failure }
    | { readonly kind: 'alive'; readonly alive: Empty }
    | null;
}

export interface ReplanTasks {
  readonly reason: string;
}

export interface AlterOffsetsRequest {
  readonly className: string;
  readonly connector: string;
  readonly config: ReadonlyMap<string, string>;
  readonly sourceOffsets: readonly SourceOffset[];
  readonly sinkOffsets: readonly TopicPartitionOffset[];
}

export interface AlterOffsetsResponse {
  readonly handled: boolean;
  readonly failure: Failure | null;
}

export type ShutdownRequest = Empty;

export type ShutdownResponse = Empty;
