import { directions, type Direction, type RunResult } from './runs.ts';

/** Medians of one contender in one direction. */
export interface Summary {
  readonly contender: string;
  readonly direction: Direction;
  readonly recordsPerSecond: number;
  readonly peakMemoryMib: number;
  readonly startMs: number;
}

/** One {@link Summary} for each contender and direction that has results, in order of direction. */
export function summarize(results: readonly RunResult[]): readonly Summary[] {
  const contenders = [...new Set(results.map(result => result.contender))];
  return directions.flatMap(direction =>
    contenders.flatMap(contender => {
      const own = results.filter(result => result.contender === contender && result.direction === direction);
      if (own.length === 0) return [];
      const medianOf = (pick: (result: RunResult) => number): number => median(own.map(pick));
      return [
        {
          contender,
          direction,
          recordsPerSecond: medianOf(result => result.recordsPerSecond),
          peakMemoryMib: medianOf(result => result.peakMemoryMib),
          startMs: medianOf(result => result.startMs),
        },
      ];
    }),
  );
}

/** The middle value; of an even number of values the lower of the two in the middle. 0 of none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}

/** A table in Markdown; each row's ratios are to the first contender of its direction. */
export function renderTable(summaries: readonly Summary[]): string {
  const rows = summaries.map(summary => {
    const base = summaries.find(other => other.direction === summary.direction) ?? summary;
    return [
      summary.direction,
      summary.contender,
      summary.recordsPerSecond.toLocaleString('en'),
      `${(summary.recordsPerSecond / base.recordsPerSecond).toFixed(2)}x`,
      `${summary.peakMemoryMib} MiB`,
      `${(summary.peakMemoryMib / base.peakMemoryMib).toFixed(2)}x`,
      `${summary.startMs} ms`,
    ];
  });
  const head = ['direction', 'worker', 'records/s', 'ratio', 'peak memory', 'ratio', 'start to first record'];
  return [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}
