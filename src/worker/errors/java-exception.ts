/**
 * Errors as the exceptions that they are in Kafka Connect: what reads a dead letter queue finds the classes and texts that it knows
 * (docs/decisions/0050-error-handling.md).
 */
import { ConnectError } from '../../errors/connect-error.ts';
import type { Failure, FailureCategory } from '../../wire/data-messages.ts';

/** An exception as Java shows it. */
export interface JavaException {
  readonly className: string;
  readonly message: string;
  /** As `printStackTrace` writes it, with its causes. */
  readonly stackTrace: string;
}

/** The exception for an error of the worker, or for what a plugin said. */
export function toJavaException(error: ConnectError, failure: Failure | null): JavaException {
  if (failure !== null) return fromFailure(failure);
  const className = classNameOf(error);
  const message = ownMessage(error);
  return { className, message, stackTrace: traceOf(error) };
}

function fromFailure({ category, message, detail }: Failure): JavaException {
  const className = classOfCategory[category];
  const lines = [`${className}: ${message}`, ...detail.split('\n').filter(line => line !== '')];
  return { className, message, stackTrace: lines.map(line => `${line}\n`).join('') };
}

const dataException = 'org.apache.kafka.connect.errors.DataException';
const retriableException = 'org.apache.kafka.connect.errors.RetriableException';
const connectException = 'org.apache.kafka.connect.errors.ConnectException';
const configException = 'org.apache.kafka.common.config.ConfigException';

const classOfCategory: Readonly<Record<FailureCategory, string>> = {
  CATEGORY_UNSPECIFIED: connectException,
  BUG: connectException,
  AUTH: connectException,
  CONFIG: configException,
  TRANSIENT: retriableException,
  RATE_LIMITED: retriableException,
  DATA: dataException,
};

function classNameOf(error: Error): string {
  if (!(error instanceof ConnectError)) return error.name;
  switch (error.code) {
    case 'DATA_INVALID':
      return dataException;
    case 'SCHEMA_INVALID':
      return 'org.apache.kafka.connect.errors.SchemaBuilderException';
    case 'CONFIG_INVALID':
      return configException;
    case 'MESSAGE_TOO_LARGE':
      return 'org.apache.kafka.common.errors.RecordTooLargeException';
    default:
      return error.isRetriable ? retriableException : connectException;
  }
}

/** Java's exceptions do not repeat the message of their cause, which ours end with. */
function ownMessage(error: Error): string {
  const { message, cause } = error;
  if (!(cause instanceof Error) || cause.message === '' || !message.endsWith(cause.message)) return message;
  return message.slice(0, -cause.message.length);
}

function traceOf(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter(line => line.startsWith('    at '));
  const lines = [`${classNameOf(error)}: ${ownMessage(error)}`, ...frames.map(frame => `\t${frame.trimStart()}`)];
  const own = lines.map(line => `${line}\n`).join('');
  return error.cause instanceof Error ? `${own}Caused by: ${traceOf(error.cause)}` : own;
}
