import { Command } from 'commander';
import { addBrokerCommand } from './broker-command.ts';
import { addDistributedCommand } from './distributed-command.ts';
import { addStandaloneCommand } from './standalone-command.ts';
import { readVersion } from './version.ts';

/** The command line of `millrace` with all its commands. */
export function createProgram(): Command {
  const program = new Command('millrace')
    .description("Kafka Connect's architecture with connectors as processes of their own")
    .version(readVersion());
  addStandaloneCommand(program);
  addDistributedCommand(program);
  addBrokerCommand(program);
  return program;
}
