#!/usr/bin/env node
import { ConnectError, traceOf } from '../errors/connect-error.ts';
import { createProgram } from './program.ts';

try {
  await createProgram().parseAsync();
} catch (error) {
  // A fault in the world is told in words; a fault of ours with its stack trace.
  process.stderr.write(`${error instanceof ConnectError ? `${error.code}: ${error.message}` : traceOf(error)}\n`);
  process.exitCode = 1;
}
