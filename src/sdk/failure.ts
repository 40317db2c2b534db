import { ConfigError, ConnectError, messageOf, traceOf } from '../errors/connect-error.ts';
import type { Failure, FailureCategory } from '../wire/data-messages.ts';

/** Options of a {@link ConnectorError}. */
export interface ConnectorErrorOptions {
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** Earliest time for another try, ms; 0 or absent: no advice. */
  readonly retryAfterMs?: number;
}

/**
 * An error that a connector or task reports. Its category tells the worker whether trying again can help; an error of any other
 * class is reported as a BUG.
 *
 * @see `ConnectException` in Kafka Connect.
 */
export class ConnectorError extends Error {
  override readonly name: string = 'ConnectorError';
  readonly category: FailureCategory;
  readonly code: string;
  readonly retryAfterMs: number;

  /**
   * @param kind `category`, and `code`: a short name of yours in UPPER_SNAKE.
   * @param message what failed, on what, what to do. No secrets, no record payloads.
   */
  constructor(
    kind: { readonly category: FailureCategory; readonly code: string },
    message: string,
    options: ConnectorErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.category = kind.category;
    this.code = kind.code;
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

/**
 * Thrown by a sink's `put`: the same batch is delivered again after `retryAfterMs` (1 s if not given). Thrown elsewhere it is
 * an error of category TRANSIENT.
 *
 * @see `RetriableException` in Kafka Connect.
 */
export class RetriableError extends ConnectorError {
  override readonly name: string = 'RetriableError';

  constructor(message: string, options: ConnectorErrorOptions = {}) {
    super({ category: 'TRANSIENT', code: 'RETRIABLE' }, message, { retryAfterMs: 1000, ...options });
  }
}

/** System errors that may go away by themselves. */
const transientErrnos = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
]);

/** The report of an error of any kind. */
export function toFailure(error: unknown): Failure {
  const message = messageOf(error);
  const detail = traceOf(error);
  if (error instanceof ConnectorError) {
    const { category, code, retryAfterMs } = error;
    return { category, code, message, detail, retryAfterMs };
  }
  if (error instanceof ConfigError) return { category: 'CONFIG', code: error.code, message, detail, retryAfterMs: 0 };
  if (error instanceof ConnectError) {
    return { category: error.isRetriable ? 'TRANSIENT' : 'BUG', code: error.code, message, detail, retryAfterMs: 0 };
  }
  const errno = errnoOf(error);
  if (errno !== undefined && transientErrnos.has(errno)) {
    return { category: 'TRANSIENT', code: errno, message, detail, retryAfterMs: 0 };
  }
  return { category: 'BUG', code: errno ?? 'UNEXPECTED', message, detail, retryAfterMs: 0 };
}

/** Name of a system error, such as `ENOENT`; undefined for any other error. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
