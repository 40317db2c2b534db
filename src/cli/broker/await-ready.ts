import type { Clock } from '../../async/clock.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import { probeBroker } from '../../kafka/broker-probe.ts';

const probeTimeoutMs = 2000;
const probeIntervalMs = 50;

/**
 * Resolves when a broker on 127.0.0.1 answers with at least one broker that takes requests.
 *
 * @throws {ConnectError} BROKER_UNAVAILABLE when `ended` resolves first or after `timeoutMs`; the signal's reason when it aborts.
 */
export async function awaitReady(options: {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly port: number;
  readonly timeoutMs: number;
  readonly ended: Promise<string>;
}): Promise<void> {
  const { clock, port } = options;
  const deadlineMs = clock.monotonicMs() + options.timeoutMs;
  let endReason: string | undefined;
  const ended = options.ended.then(reason => {
    endReason = reason;
  });
  for (;;) {
    const sighting = await probeBroker({ host: '127.0.0.1', port, timeoutMs: probeTimeoutMs });
    if (endReason !== undefined) throw new ConnectError('BROKER_UNAVAILABLE', `The broker ended: ${endReason}`);
    if (sighting !== undefined && sighting.brokerCount > 0) return;
    if (clock.monotonicMs() > deadlineMs) {
      throw new ConnectError('BROKER_UNAVAILABLE', `No answer on port ${port} within ${options.timeoutMs} ms`);
    }
    await Promise.race([clock.sleep(probeIntervalMs, options.signal), ended]);
  }
}
