import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Herder } from '../herder/herder.ts';
import type { ConnectorRequest } from './connector-messages.ts';
import { fromConnectorOffsets, toConnectorOffsets, type ConnectorOffsetsMessage } from './offsets-messages.ts';
import { requireName } from './request-fields.ts';
import type { AdminCalls } from './admin-calls.ts';

/** Handlers of `millrace.admin.v1.Offsets`: each translates one call of the herder. */
export function createOffsetsService(herder: Herder, calls: AdminCalls): UntypedServiceImplementation {
  return {
    Get: calls.unary(async (request: ConnectorRequest, signal) => {
      const name = requireName(request);
      return toConnectorOffsets(name, await herder.connectorOffsets(name, signal));
    }),
    Alter: calls.unary(async (request: ConnectorOffsetsMessage, signal) =>
      herder.alterConnectorOffsets(request.name, fromConnectorOffsets(request), signal),
    ),
    Reset: calls.unary(async (request: ConnectorRequest, signal) =>
      herder.resetConnectorOffsets(requireName(request), signal),
    ),
  };
}
