/** What is measured, in the order of the report. */
export const measures = ['first', 'start', 'idle', 'create', 'bulk', 'loaded', 'crash', 'join'] as const;

/** One of {@link measures}. */
export type Measure = (typeof measures)[number];

/** One value of one contender: milliseconds or MiB, by the measure's {@link unitOf}. */
export interface Sample {
  readonly contender: string;
  readonly measure: Measure;
  readonly value: number;
}

/** Unit of a measure's values. */
export function unitOf(measure: Measure): 'ms' | 'MiB' {
  return measure === 'idle' || measure === 'loaded' ? 'MiB' : 'ms';
}

/** What a measure says, for people. */
export function titleOf(measure: Measure, load: { readonly connectors: number; readonly tasks: number }): string {
  const total = load.connectors * load.tasks;
  const titles: Readonly<Record<Measure, string>> = {
    first: 'first worker, start to ready (makes the internal topics)',
    start: 'further worker, start to ready',
    idle: 'idle worker, memory',
    create: 'create to RUNNING, connector and one task',
    bulk: `${load.connectors} connectors created one after another, until all ${total} tasks run`,
    loaded: `memory of the three workers with ${total} tasks`,
    crash: `kill -9 of one of three workers, until all ${total} tasks run again`,
    join: `a third worker is ready, until ${total} tasks are balanced and run`,
  };
  return titles[measure];
}
