import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { packageRoot } from '../config/package-root.ts';
import { addBrokerCommand } from './broker-command.ts';

/** The command line of `millrace` with all its commands. */
export function createProgram(): Command {
  const program = new Command('millrace')
    .description("Kafka Connect's architecture with connectors as processes of their own")
    .version(readVersion());
  addBrokerCommand(program);
  return program;
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  const hasVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return hasVersion && typeof manifest.version === 'string' ? manifest.version : 'unknown';
}
