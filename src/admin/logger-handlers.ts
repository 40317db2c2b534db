/** The rpcs of `millrace.admin.v1.Cluster` that are about the log (KIP-495, KIP-976). */
import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Herder } from '../herder/herder.ts';
import { levelNames, parseLevelName, toLevelName } from '../logging/log-levels.ts';
import type { LoggerLevel } from '../logging/loggers.ts';
import type { AdminCalls } from './admin-calls.ts';
import { toTimestamp, type Timestamp } from './proto-values.ts';
import { requireName, RequestFields } from './request-fields.ts';

/** `millrace.admin.v1.LoggerInfo` */
interface LoggerInfoMessage {
  readonly name: string;
  readonly level: string;
  readonly lastModified: Timestamp | null;
}

interface SetLoggerLevelRequest {
  readonly name: string;
  readonly level: string;
  /** A number when the caller knows a scope that we do not. */
  readonly scope: string | number;
}

const scopes: readonly (string | number)[] = ['SCOPE_UNSPECIFIED', 'WORKER', 'CLUSTER'];

/** Handlers that a worker serves while it starts, too: that is when its log is wanted. */
export function createLoggerHandlers(herder: Herder, calls: AdminCalls): UntypedServiceImplementation {
  return {
    ListLoggers: calls.unary(
      async () => ({ loggers: [...herder.loggers.all()].map(([name, level]) => toLoggerInfo(name, level)) }),
      'starting',
    ),
    GetLogger: calls.unary(async (request: { readonly name: string }) => {
      const name = requireName(request);
      return { logger: toLoggerInfo(name, herder.loggers.one(name)) };
    }, 'starting'),
    SetLoggerLevel: calls.unary(async ({ name, level: text, scope }: SetLoggerLevelRequest) => {
      const level = parseLevelName(text);
      new RequestFields()
        .requireText('name', name)
        .require(level !== null, 'level', `must be one of ${levelNames.join(', ')}, not '${text}'`)
        .require(scopes.includes(scope), 'scope', `does not know the value ${scope}`)
        .check();
      if (level === null) return { loggers: [] }; // The check has thrown.
      if (scope !== 'CLUSTER') return { loggers: herder.loggers.setHere(name, level) };
      await herder.loggers.setEverywhere(name, level);
      return { loggers: [] };
    }, 'starting'),
  };
}

function toLoggerInfo(name: string, { level, lastModifiedMs }: LoggerLevel): LoggerInfoMessage {
  return {
    name,
    level: toLevelName(level),
    lastModified: lastModifiedMs === null ? null : toTimestamp(lastModifiedMs),
  };
}
