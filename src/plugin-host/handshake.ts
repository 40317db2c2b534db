import { randomBytes } from 'node:crypto';
import type { Clock } from '../async/clock.ts';
import { ConnectError, messageOf, toConnectError } from '../errors/connect-error.ts';
import { pluginService } from '../wire/grpc-services.ts';
import { callUnary } from '../wire/plugin-calls.ts';
import type { HandshakeResponse } from '../wire/plugin-messages.ts';
import { type PluginChannel, receiveBytesMax } from './plugin-channel.ts';

/** Protocol majors that this worker speaks. */
export const protocolMajors: readonly number[] = [1];

/** Pause before a handshake that found nobody is tried again. */
const retryMs = 20;

/** How a handshake is made. */
export interface HandshakeOptions {
  /** Name of the plugin, for errors. */
  readonly plugin: string;
  /** Name and version of the worker, told to the plugin. */
  readonly worker: string;
  /** Point on `clock.monotonicMs()` after which it is given up. */
  readonly deadlineMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Waits until the plugin answers `Handshake`, and checks the answer. Nobody listening yet is not an error; a caller ends the
 * wait by the signal when the process is gone.
 *
 * @throws {ConnectError} DEADLINE_EXCEEDED; PLUGIN_HANDSHAKE_REFUSED; PLUGIN_PROTOCOL_UNSUPPORTED.
 */
export async function shakeHands(channel: PluginChannel, options: HandshakeOptions): Promise<HandshakeResponse> {
  const { clock, signal } = options;
  for (;;) {
    const remainingMs = options.deadlineMs - clock.monotonicMs();
    const nonce = randomBytes(16);
    try {
      const response = await callUnary(
        channel.client,
        pluginService.handshake,
        { majors: protocolMajors, features: [], nonce, maxReceiveBytes: receiveBytesMax, worker: options.worker },
        {
          metadata: channel.metadata({ waitForReady: true }),
          call: { deadline: clock.nowMs() + Math.max(0, remainingMs) },
          signal,
        },
      );
      checkAnswer(response, { nonce, plugin: options.plugin });
      return response;
    } catch (error) {
      const failure = toConnectError(error);
      const isNobodyThere = failure.details['grpcStatus'] === 'UNAVAILABLE';
      if (!isNobodyThere || signal.aborted) throw classify(failure, options.plugin);
      await clock.sleep(retryMs, signal);
    }
  }
}

function checkAnswer(answer: HandshakeResponse, asked: { readonly nonce: Uint8Array; readonly plugin: string }): void {
  if (!Buffer.from(answer.nonce).equals(asked.nonce)) {
    throw new ConnectError(
      'PLUGIN_HANDSHAKE_REFUSED',
      `Plugin '${asked.plugin}' did not send the handshake's nonce back: another process may have taken its address, or it does not echo 'nonce'`,
    );
  }
  if (!protocolMajors.includes(answer.major))
    throw unsupportedProtocol(asked.plugin, `it answered major ${answer.major}`);
}

/** @param what what the plugin speaks, as a clause. */
export function unsupportedProtocol(plugin: string, what: string, cause?: unknown): ConnectError {
  const message = `Plugin '${plugin}' speaks no protocol major of this worker (${protocolMajors.join(', ')}): ${what}; install a version of it that does`;
  return new ConnectError('PLUGIN_PROTOCOL_UNSUPPORTED', message, { cause, details: { plugin } });
}

/** A plugin refuses majors with FAILED_PRECONDITION; any other error is not an answer that a plugin may give here. */
function classify(failure: ConnectError, plugin: string): ConnectError {
  if (failure.code !== 'PLUGIN_CALL_FAILED') return failure;
  if (failure.details['grpcStatus'] === 'FAILED_PRECONDITION') {
    return unsupportedProtocol(plugin, messageOf(failure), failure);
  }
  return new ConnectError('PLUGIN_HANDSHAKE_REFUSED', `Plugin '${plugin}' failed in Handshake: ${failure.message}`, {
    cause: failure,
    details: failure.details,
  });
}
