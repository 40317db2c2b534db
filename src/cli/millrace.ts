#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { packageRoot } from '../config/package-root.ts';
import { ConnectError, traceOf } from '../errors/connect-error.ts';
import { addBrokerCommand } from './broker-command.ts';

const program = new Command('millrace')
  .description("Kafka Connect's architecture with connectors as processes of their own")
  .version(readVersion());
addBrokerCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  // A fault in the world is told in words; a fault of ours with its stack trace.
  process.stderr.write(`${error instanceof ConnectError ? `${error.code}: ${error.message}` : traceOf(error)}\n`);
  process.exitCode = 1;
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  const hasVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return hasVersion && typeof manifest.version === 'string' ? manifest.version : 'unknown';
}
