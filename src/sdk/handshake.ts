import { ConnectError } from '../errors/connect-error.ts';
import type { HandshakeRequest, HandshakeResponse } from '../wire/plugin-messages.ts';
import type { PluginLimits } from './plugin-limits.ts';

/** The major of the protocol that this SDK speaks. */
const protocolMajor = 1;

/** Name and version of this SDK, for logs of the worker. */
const sdk = 'millrace-typescript/1';

/**
 * Answers a handshake and takes the worker's limits.
 *
 * @throws {ConnectError} PLUGIN_PROTOCOL_UNSUPPORTED.
 */
export function answerHandshake(
  request: HandshakeRequest,
  plugin: { readonly name: string; readonly version: string; readonly maxTasks: number; readonly limits: PluginLimits },
): HandshakeResponse {
  if (!request.majors.includes(protocolMajor)) {
    const offered = request.majors.join(', ') || 'none';
    throw new ConnectError(
      'PLUGIN_PROTOCOL_UNSUPPORTED',
      `Plugin '${plugin.name}' speaks protocol major ${protocolMajor}, the worker offers ${offered}`,
      { details: { plugin: String(protocolMajor), worker: offered } },
    );
  }
  plugin.limits.agree(request.maxReceiveBytes);
  return {
    major: protocolMajor,
    features: [],
    nonce: request.nonce,
    maxReceiveBytes: plugin.limits.receiveBytes,
    maxTasks: plugin.maxTasks,
    plugin: plugin.name,
    version: plugin.version,
    sdk,
  };
}
