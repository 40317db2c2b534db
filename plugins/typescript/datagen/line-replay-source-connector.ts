import type { ConfigDef, ConfigMap, SourceConnector } from '../../../src/sdk/index.ts';
import { lineReplayConfigDef, parseStripeConfig, stripeKey, stripesKey } from './line-replay-config.ts';
import { LineReplaySourceTask } from './line-replay-source-task.ts';

/** Replays the lines of a file at a steady rate, dealt out among as many tasks as there may be. */
export class LineReplaySourceConnector implements SourceConnector {
  #config: ConfigMap = new Map();

  config(): ConfigDef {
    return lineReplayConfigDef;
  }

  start(config: ConfigMap): void {
    parseStripeConfig(config);
    this.#config = config;
  }

  taskConfigs(maxTasks: number): readonly ConfigMap[] {
    return Array.from(
      { length: maxTasks },
      (_, stripe) => new Map([...this.#config, [stripeKey, String(stripe)], [stripesKey, String(maxTasks)]]),
    );
  }

  createTask(): LineReplaySourceTask {
    return new LineReplaySourceTask();
  }
}
