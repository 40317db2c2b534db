/**
 * Messages of the service `Plugins` as proto-loader gives and takes them (proto/millrace/admin/v1/plugins.proto says what the fields
 * mean), and the way from the herder's words to them.
 */
import type { ConfigInfos, ConfigKeyInfo } from '../config/config-infos.ts';
import type { PluginInfo } from '../herder/herder.ts';
import type { StringMap } from './proto-values.ts';

export interface GetPluginConfigRequest {
  readonly className: string;
}

export interface ValidatePluginConfigRequest extends GetPluginConfigRequest {
  readonly config: StringMap;
}

export interface PluginMessage {
  readonly className: string;
  readonly aliases: readonly string[];
  readonly type: string;
  readonly version: string;
  readonly location: string;
}

export interface ConfigKeyMessage {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly defaultValue: string | null;
  readonly importance: string;
  readonly documentation: string;
  readonly group: string;
  readonly orderInGroup: number;
  readonly width: string;
  readonly displayName: string;
  readonly dependents: readonly string[];
}

export interface ConfigValueMessage {
  readonly name: string;
  readonly value: string | null;
  readonly errors: readonly string[];
  readonly recommendedValues: readonly string[];
  readonly visible: boolean;
  readonly definition: ConfigKeyMessage | null;
}

export interface ValidatePluginConfigResponse {
  readonly errorCount: number;
  readonly groups: readonly string[];
  readonly configs: readonly ConfigValueMessage[];
}

export function toPlugin(info: PluginInfo): PluginMessage {
  return {
    className: info.className,
    aliases: info.aliases,
    type: info.type.toUpperCase(),
    version: info.version,
    location: info.location,
  };
}

export function toConfigKey(key: ConfigKeyInfo): ConfigKeyMessage {
  return {
    name: key.name,
    type: key.type,
    required: key.required,
    defaultValue: key.defaultValue,
    importance: key.importance,
    documentation: key.documentation,
    group: key.group ?? '',
    orderInGroup: key.order,
    width: key.width,
    displayName: key.displayName,
    dependents: key.dependents,
  };
}

export function toValidateResponse(infos: ConfigInfos): ValidatePluginConfigResponse {
  return {
    errorCount: infos.errorCount,
    groups: infos.groups,
    configs: infos.configs.map(({ definition, value }) => ({
      name: value.name,
      value: value.value,
      errors: value.errors,
      recommendedValues: value.recommendedValues,
      visible: value.visible,
      definition: definition === null ? null : toConfigKey(definition),
    })),
  };
}
