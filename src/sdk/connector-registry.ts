import { ConnectError } from '../errors/connect-error.ts';
import type { ConfigMap } from '../config/parsed-config.ts';
import type { ConnectorRegistration } from './connector.ts';
import type { SinkTask } from './sink-task.ts';
import type { SourceTask } from './source-task.ts';

/** The connectors of a plugin, by the names that a worker uses. */
export class ConnectorRegistry {
  readonly #registrations: readonly ConnectorRegistration[];

  constructor(registrations: readonly ConnectorRegistration[]) {
    this.#registrations = registrations;
  }

  get all(): readonly ConnectorRegistration[] {
    return this.#registrations;
  }

  /** @throws {ConnectError} CONNECTOR_CLASS_UNKNOWN. */
  find(className: string): ConnectorRegistration {
    const found = this.#registrations.find(registration => registration.className === className);
    if (found !== undefined) return found;
    const known = this.#registrations.map(registration => registration.className).join(', ');
    throw new ConnectError('CONNECTOR_CLASS_UNKNOWN', `This plugin has no '${className}'; it has: ${known}`, {
      details: { class: className },
    });
  }

  /** Makes the source task that a task configuration asks for. @throws {ConnectError} CONNECTOR_CLASS_UNKNOWN. */
  createSourceTask(config: ConfigMap): SourceTask {
    const sources = this.#registrations.filter(registration => registration.type === 'source');
    return findForTask(sources, config).create().createTask();
  }

  /** Makes the sink task that a task configuration asks for. @throws {ConnectError} CONNECTOR_CLASS_UNKNOWN. */
  createSinkTask(config: ConfigMap): SinkTask {
    const sinks = this.#registrations.filter(registration => registration.type === 'sink');
    return findForTask(sinks, config).create().createTask();
  }
}

/** `task.class` comes from {@link withTaskClass}; a configuration of other making names its connector, or there is one only. */
function findForTask<R extends ConnectorRegistration>(candidates: readonly R[], config: ConfigMap): R {
  const found =
    candidates.find(registration => taskClassName(registration) === config.get('task.class')) ??
    candidates.find(registration => registration.className === config.get('connector.class')) ??
    (candidates.length === 1 ? candidates[0] : undefined);
  if (found !== undefined) return found;
  const named = config.get('task.class') ?? config.get('connector.class') ?? '';
  throw new ConnectError('CONNECTOR_CLASS_UNKNOWN', `This plugin has no task '${named}' in this direction`);
}

/** Class name of a connector's tasks. */
export function taskClassName(registration: ConnectorRegistration): string {
  return registration.taskClassName ?? registration.className.replace(/(?:Connector)?$/, 'Task');
}

/** A task configuration that names its class, as Kafka Connect's own do. */
export function withTaskClass(registration: ConnectorRegistration, config: ConfigMap): ConfigMap {
  return new Map([...config, ['task.class', taskClassName(registration)]]);
}
