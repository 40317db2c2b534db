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
import type { AdminCalls } from './admin-calls.ts';

/** Handlers of `millrace.admin.v1.Plugins`: each translates one call of the herder. */
export function createPluginsService(herder: Herder, calls: AdminCalls): UntypedServiceImplementation {
  return {
    List: calls.unary(async (_request: object, signal) => {
      const plugins = await herder.plugins(signal);
      return { plugins: plugins.map(toPlugin) };
    }),
    GetConfig: calls.unary(async ({ className }: GetPluginConfigRequest, signal) => {
      new RequestFields().requireText('class_name', className).check();
      const keys = await herder.pluginConfig(className, signal);
      return { keys: keys.map(toConfigKey) };
    }),
    Validate: calls.unary(async ({ className, config }: ValidatePluginConfigRequest, signal) => {
      new RequestFields().requireText('class_name', className).check();
      return toValidateResponse(await herder.validateConfig(className, fromStringMap(config), signal));
    }),
  };
}
