import { median } from '../report.ts';
import { measures, titleOf, unitOf, type Measure, type Sample } from './measures.ts';

/** All values of one contender in one measure. */
export interface ClusterSummary {
  readonly contender: string;
  readonly measure: Measure;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

/** One {@link ClusterSummary} for each measure and contender that has values, in order of measures. */
export function summarizeCluster(samples: readonly Sample[]): readonly ClusterSummary[] {
  const contenders = [...new Set(samples.map(({ contender }) => contender))];
  return measures.flatMap(measure =>
    contenders.flatMap(contender => {
      const values = samples
        .filter(sample => sample.contender === contender && sample.measure === measure)
        .map(({ value }) => value);
      if (values.length === 0) return [];
      const range = { min: Math.min(...values), max: Math.max(...values), count: values.length };
      return [{ contender, measure, median: median(values), ...range }];
    }),
  );
}

/**
 * A table in Markdown: a measure a row, a contender a column, in the order in which they were measured; the ratio is the last
 * contender's median to the first's.
 */
export function renderClusterTable(
  samples: readonly Sample[],
  load: { readonly connectors: number; readonly tasks: number },
): string {
  const contenders = [...new Set(samples.map(({ contender }) => contender))];
  const summaries = summarizeCluster(samples);
  const rows = measures.flatMap(measure => {
    const own = contenders.map(name => summaries.find(each => each.contender === name && each.measure === measure));
    if (own.every(summary => summary === undefined)) return [];
    const [base, last] = [own[0], own.at(-1)];
    const ratio =
      base === undefined || last === undefined || base === last ? '' : renderRatio(last.median / base.median);
    return [[titleOf(measure, load), ...own.map(renderSummary), ratio]];
  });
  const head = ['median (lowest to highest)', ...contenders, 'ratio'];
  return [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}

function renderSummary(summary: ClusterSummary | undefined): string {
  if (summary === undefined) return '';
  const { measure, median: middle, min, max } = summary;
  const render = (value: number): string => value.toLocaleString('en');
  return `${render(middle)} ${unitOf(measure)} (${render(min)} to ${render(max)})`;
}

function renderRatio(ratio: number): string {
  return `${ratio.toFixed(2)}x`;
}
