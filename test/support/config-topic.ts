import type { ConfigSnapshot, ConfigSnapshotSource } from '../../src/group/config-snapshot-source.ts';

/** A config topic without Kafka: what is configured, and an offset that grows with each change. */
export class ConfigTopic {
  readonly #records: { readonly connector: string; readonly tasks: number | null }[] = [];
  readonly #readers = new Set<ConfigReader>();

  get configOffset(): number {
    return this.#records.length;
  }

  /** Sets a connector's number of tasks, or deletes it; every reader that follows the topic sees it at once. */
  write(connector: string, tasks: number | null): void {
    this.#records.push({ connector, tasks });
    for (const reader of this.#readers) reader.follow();
  }

  openReader(options: { readonly onChange?: () => void } = {}): ConfigReader {
    const reader = new ConfigReader(this, options.onChange ?? (() => undefined));
    this.#readers.add(reader);
    return reader;
  }

  /** What the first `offset` records come to. */
  stateAt(offset: number): ConfigSnapshot {
    const taskCounts = new Map<string, number>();
    for (const { connector, tasks } of this.#records.slice(0, offset)) {
      if (tasks === null) taskCounts.delete(connector);
      else taskCounts.set(connector, tasks);
    }
    return { configOffset: offset === 0 ? -1 : offset, taskCounts };
  }
}

/** One worker's view of a {@link ConfigTopic}. */
export class ConfigReader implements ConfigSnapshotSource {
  /** It does not see what is written, until it reads to the end. */
  isLagging = false;
  /** Reading to the end fails. */
  isBroken = false;
  readonly #topic: ConfigTopic;
  readonly #onChange: () => void;
  #offset: number;

  constructor(topic: ConfigTopic, onChange: () => void) {
    this.#topic = topic;
    this.#onChange = onChange;
    this.#offset = topic.configOffset;
  }

  snapshot(): ConfigSnapshot {
    return this.#topic.stateAt(this.#offset);
  }

  async readToEnd(): Promise<void> {
    if (this.isBroken) throw new Error('The config topic cannot be read');
    this.#offset = this.#topic.configOffset;
  }

  follow(): void {
    if (this.isLagging) return;
    this.#offset = this.#topic.configOffset;
    this.#onChange();
  }
}
