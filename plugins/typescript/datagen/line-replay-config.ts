import { atLeast, ConfigDef, type ConfigMap, nonEmpty } from '../../../src/sdk/index.ts';

/** Keys of the connector. */
export const lineReplayConfigDef = new ConfigDef()
  .define({
    name: 'file',
    type: 'STRING',
    validator: nonEmpty(),
    importance: 'HIGH',
    documentation: 'File whose lines are replayed, from its first line to its last. It must not change.',
  })
  .define({
    name: 'topic',
    type: 'STRING',
    validator: nonEmpty(),
    importance: 'HIGH',
    documentation: 'Topic that the lines go to.',
  })
  .define({
    name: 'rate',
    type: 'DOUBLE',
    default: 10,
    validator: atLeast(0),
    importance: 'HIGH',
    documentation: 'Lines per second of each task; 0 means as many as the worker takes.',
  });

/** Keys of a task's configuration that say which part of the work it does. */
export const stripeKey = 'stripe';
export const stripesKey = 'stripes';

/** A task's part of the work: every line whose number, from 0, leaves `stripe` when divided by `stripes`. */
export interface StripeConfig {
  readonly file: string;
  readonly topic: string;
  readonly ratePerSecond: number;
  readonly stripe: number;
  readonly stripes: number;
}

/** Values of a task's configuration. @throws {ConfigError} with every wrong key. */
export function parseStripeConfig(config: ConfigMap): StripeConfig {
  const parsed = lineReplayConfigDef.parse(config);
  return {
    file: parsed.string('file'),
    topic: parsed.string('topic'),
    ratePerSecond: parsed.double('rate'),
    stripe: Number(config.get(stripeKey) ?? 0),
    stripes: Number(config.get(stripesKey) ?? 1),
  };
}
