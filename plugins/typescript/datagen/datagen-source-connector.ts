import type { ConfigDef, ConfigMap, ExactlyOnceSupport, KeyResult, SourceConnector } from '../../../src/sdk/index.ts';
import { datagenConfigDef, findConflict, generatorKey, generatorsKey, parseGeneratorConfig } from './datagen-config.ts';
import { DatagenSourceTask } from './datagen-source-task.ts';

/** Makes records up: as many tasks as may be, each a generator with its own count. */
export class DatagenSourceConnector implements SourceConnector {
  #config: ConfigMap = new Map();

  config(): ConfigDef {
    return datagenConfigDef;
  }

  validate(config: ConfigMap, results: readonly KeyResult[]): readonly KeyResult[] {
    const conflict = findConflict(config);
    return results.map(result =>
      result.name === conflict?.key ? { ...result, errors: [...result.errors, conflict.message] } : result,
    );
  }

  start(config: ConfigMap): void {
    parseGeneratorConfig(config);
    this.#config = config;
  }

  taskConfigs(maxTasks: number): readonly ConfigMap[] {
    return Array.from(
      { length: maxTasks },
      (_, generator) =>
        new Map([...this.#config, [generatorKey, String(generator)], [generatorsKey, String(maxTasks)]]),
    );
  }

  createTask(): DatagenSourceTask {
    return new DatagenSourceTask();
  }

  exactlyOnceSupport(): ExactlyOnceSupport {
    return 'SUPPORTED';
  }
}
