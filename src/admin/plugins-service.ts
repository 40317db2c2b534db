import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Herder } from '../herder/herder.ts';
import {
  toConfigKey,
  toPlugin,
  toValidateResponse,
  type GetPluginConfigRequest,
  type ValidatePluginConfigRequest,
} from './plugin-messages.ts';
import { fromStringMap } from './proto-values.ts';
import { RequestFields } from './request-fields.ts';
import type { UnaryCalls } from './unary-calls.ts';

/** Handlers of `millrace.admin.v1.Plugins`: each translates one call of the herder. */
export function createPluginsService(herder: Herder, calls: UnaryCalls): UntypedServiceImplementation {
  return {
    List: calls.handler(async (_request: object, signal) => {
      const plugins = await herder.plugins(signal);
      return { plugins: plugins.map(toPlugin) };
    }),
    GetConfig: calls.handler(async ({ className }: GetPluginConfigRequest, signal) => {
      new RequestFields().requireText('class_name', className).check();
      const keys = await herder.pluginConfig(className, signal);
      return { keys: keys.map(toConfigKey) };
    }),
    Validate: calls.handler(async ({ className, config }: ValidatePluginConfigRequest, signal) => {
      new RequestFields().requireText('class_name', className).check();
      return toValidateResponse(await herder.validateConfig(className, fromStringMap(config), signal));
    }),
  };
}
