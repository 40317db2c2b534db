import type { Stages } from '../async/stages.ts';
import { ConnectError } from '../errors/connect-error.ts';

/**
 * The error of a request whose caller waits no longer: tells what is being done for it, else what the worker is doing.
 *
 * @see `StagedTimeoutException` in Kafka Connect.
 */
export function timedOut(worker: Pick<Stages, 'text'>, request?: Stages): ConnectError {
  const isUnderWay = request?.current?.endedAtMs === null;
  const text = isUnderWay ? request.text : worker.text;
  return new ConnectError('DEADLINE_EXCEEDED', text === '' ? 'Request timed out' : `Request timed out. ${text}`);
}
