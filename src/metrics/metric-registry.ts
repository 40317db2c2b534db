/**
 * The numbers of one process, under Kafka Connect's names: a metric has a group such as `task-error-metrics`, a name such as
 * `total-retries`, and tags such as `connector` and `task` that tell whose it is.
 *
 * Whoever counts holds a {@link Counter}, which costs an addition; whoever shows the numbers reads a snapshot.
 *
 * @see `MetricName` and `ConnectMetricsRegistry` in Kafka.
 */
import { Counter } from './counter.ts';

/** Whose a metric is: values of tags by name, in order. */
export type MetricTags = Readonly<Record<string, string>>;

/** A metric with its value at the time of the snapshot. */
export interface Metric {
  readonly group: string;
  readonly name: string;
  readonly tags: MetricTags;
  readonly value: number;
}

/** The metrics of one group and one owner. */
export class MetricGroup {
  readonly group: string;
  readonly tags: MetricTags;
  readonly #reads = new Map<string, () => number>();

  constructor(group: string, tags: MetricTags) {
    this.group = group;
    this.tags = tags;
  }

  /** A new count from 0. @throws {Error} when there is a metric of that name. */
  counter(name: string): Counter {
    const counter = new Counter();
    this.gauge(name, () => counter.value);
    return counter;
  }

  /** A number that `read` tells whenever somebody looks. @throws {Error} when there is a metric of that name. */
  gauge(name: string, read: () => number): void {
    if (this.#reads.has(name)) throw new Error(`Metric '${name}' of ${this.group} exists already`);
    this.#reads.set(name, read);
  }

  /** Values now, in the order in which the metrics were added. */
  snapshot(): readonly Metric[] {
    const { group, tags } = this;
    return [...this.#reads].map(([name, read]) => ({ group, name, tags, value: read() }));
  }
}

/** All groups of a process. */
export class MetricRegistry {
  readonly #groups = new Set<MetricGroup>();

  /** A new group without metrics; it is shown until it is removed. */
  group(name: string, tags: MetricTags = {}): MetricGroup {
    const group = new MetricGroup(name, tags);
    this.#groups.add(group);
    return group;
  }

  /** Its owner is gone. Without effect when it was removed before. */
  remove(group: MetricGroup): void {
    this.#groups.delete(group);
  }

  /** Values now of all groups. */
  snapshot(): readonly Metric[] {
    return [...this.#groups].flatMap(group => group.snapshot());
  }
}
