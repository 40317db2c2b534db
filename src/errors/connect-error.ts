import { errorCodes, type ErrorCode, type ErrorCodeName } from './codes.ts';

/** Options of a {@link ConnectError}. */
export interface ConnectErrorOptions {
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** Small facts for machines: names, keys, limits. No secrets, no record payloads (I9). */
  readonly details?: Readonly<Record<string, string>>;
}

/** A fault in the world: something that was asked for cannot be had. Faults in our own logic are `assert`s instead. */
export class ConnectError extends Error {
  override readonly name: string = 'ConnectError';
  readonly code: ErrorCodeName;
  readonly details: Readonly<Record<string, string>>;

  /**
   * @param code name in {@link errorCodes}.
   * @param message what failed, on what, and what to do; names quoted, units given.
   */
  constructor(code: ErrorCodeName, message: string, options: ConnectErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  /** Status numbers and meaning of the code. */
  get definition(): ErrorCode {
    return errorCodes[this.code];
  }

  /** The same call may succeed later without any change. */
  get isRetriable(): boolean {
    return this.definition.retriable;
  }
}

/** One wrong configuration value. */
export interface FieldViolation {
  /** Configuration key. */
  readonly key: string;
  /** What is wrong, with the value unless it is secret. */
  readonly message: string;
}

/** A configuration that cannot be used, with every wrong key. */
export class ConfigError extends ConnectError {
  override readonly name: string = 'ConfigError';
  readonly violations: readonly FieldViolation[];

  constructor(message: string, violations: readonly FieldViolation[], options: ConnectErrorOptions = {}) {
    super('CONFIG_INVALID', message, options);
    this.violations = violations;
  }
}

/** A request that cannot be served as it is, with every wrong field. */
export class RequestError extends ConnectError {
  override readonly name: string = 'RequestError';
  readonly violations: readonly FieldViolation[];

  /** @param violations at least one; `key` is the name of a field of the request. */
  constructor(violations: readonly FieldViolation[], options: ConnectErrorOptions = {}) {
    const list = violations.map(({ key, message }) => `field '${key}' ${message}`).join('; ');
    super('REQUEST_INVALID', `The request is not valid: ${list}`, options);
    this.violations = violations;
  }
}

/** The error as a {@link ConnectError}: itself, or wrapped under `code` with its message kept. */
export function toConnectError(error: unknown, code: ErrorCodeName = 'INTERNAL'): ConnectError {
  if (error instanceof ConnectError) return error;
  return new ConnectError(code, messageOf(error), { cause: error });
}

/** Message text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Stack trace with causes, for a status; the message alone where there is no stack. */
export function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined ? own : `${own}\nCaused by: ${traceOf(error.cause)}`;
}
