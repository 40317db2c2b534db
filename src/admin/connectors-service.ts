import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Herder, TargetState } from '../herder/herder.ts';
import {
  toConnector,
  toConnectorStatus,
  toTask,
  type ConnectorRequest,
  type CreateConnectorRequest,
  type ListConnectorsRequest,
  type PatchConnectorConfigRequest,
  type PutConnectorConfigRequest,
  type RestartConnectorRequest,
  type RestartTaskRequest,
} from './connector-messages.ts';
import { fromStringMap } from './proto-values.ts';
import { parseTargetState, requireName, RequestFields } from './request-fields.ts';
import { watchStatuses, type StatusEventMessage } from './status-watch.ts';
import type { AdminCalls } from './admin-calls.ts';

/** Handlers of `millrace.admin.v1.Connectors`: each translates one call of the herder. */
export function createConnectorsService(herder: Herder, calls: AdminCalls): UntypedServiceImplementation {
  return {
    ...createReadHandlers(herder, calls),
    ...createConfigHandlers(herder, calls),
    ...createLifecycleHandlers(herder, calls),
  };
}

function createReadHandlers(herder: Herder, calls: AdminCalls): UntypedServiceImplementation {
  return {
    Get: calls.unary(async (request: ConnectorRequest, signal) => ({
      connector: toConnector(await herder.connectorInfo(requireName(request), signal)),
    })),
    List: calls.unary(async ({ expand }: ListConnectorsRequest, signal) => {
      new RequestFields()
        .require(expand.every(isExpand), 'expand', `knows STATUS and INFO, not ${expand.join(', ')}`)
        .check();
      if (expand.length === 0) return { names: await herder.connectorNames(signal) };
      const infos = await herder.connectorInfos(signal);
      const names = infos.map(({ name }) => name);
      const statuses = expand.includes('STATUS') ? await herder.connectorStatuses(signal) : [];
      return {
        names,
        connectors: expand.includes('INFO') ? infos.map(toConnector) : [],
        // One that was created between the two reads is not among the names.
        statuses: statuses.filter(({ name }) => names.includes(name)).map(toConnectorStatus),
      };
    }),
    WatchStatus: calls.stream(
      ({ name }: ConnectorRequest, send: (event: StatusEventMessage) => Promise<void>, signal) =>
        watchStatuses(herder, name, { send, signal }),
    ),
    GetConfig: calls.unary(async (request: ConnectorRequest, signal) => {
      const { config } = await herder.connectorInfo(requireName(request), signal);
      return { config: Object.fromEntries(config) };
    }),
    GetStatus: calls.unary(async (request: ConnectorRequest, signal) => ({
      status: toConnectorStatus(await herder.connectorStatus(requireName(request), signal)),
    })),
    GetTopics: calls.unary(async (request: ConnectorRequest, signal) => ({
      topics: await herder.connectorTopics(requireName(request), signal),
    })),
    ListTasks: calls.unary(async (request: ConnectorRequest, signal) => {
      const tasks = await herder.taskConfigs(requireName(request), signal);
      return { tasks: tasks.map(toTask) };
    }),
  };
}

function createConfigHandlers(herder: Herder, calls: AdminCalls): UntypedServiceImplementation {
  return {
    Create: calls.unary(async ({ name, config, initialState }: CreateConnectorRequest, signal) => {
      new RequestFields().requireText('name', name).requireEntries('config', config).check();
      const state = parseTargetState('initial_state', initialState);
      const wanted = { name, config: fromStringMap(config), ...(state !== undefined && { initialState: state }) };
      return { connector: toConnector(await herder.createConnector(wanted, signal)) };
    }),
    PutConfig: calls.unary(async ({ name, config }: PutConnectorConfigRequest, signal) => {
      new RequestFields().requireText('name', name).requireEntries('config', config).check();
      const { created, info } = await herder.putConnectorConfig(name, fromStringMap(config), signal);
      return { created, connector: toConnector(info) };
    }),
    PatchConfig: calls.unary(async ({ name, set, remove }: PatchConnectorConfigRequest, signal) => {
      const inBoth = remove.filter(key => Object.hasOwn(set, key));
      new RequestFields()
        .requireText('name', name)
        .require(Object.keys(set).length + remove.length > 0, 'set', "must not be empty when 'remove' is")
        .require(inBoth.length === 0, 'remove', `has keys that are in 'set' too: ${inBoth.join(', ')}`)
        .check();
      const patch = new Map<string, string | null>(fromStringMap(set));
      for (const key of remove) patch.set(key, null);
      return { connector: toConnector(await herder.patchConnectorConfig(name, patch, signal)) };
    }),
    Delete: calls.unary(async (request: ConnectorRequest, signal) => {
      await herder.deleteConnector(requireName(request), signal);
      return {};
    }),
  };
}

function createLifecycleHandlers(herder: Herder, calls: AdminCalls): UntypedServiceImplementation {
  const setTargetState = (state: TargetState) =>
    calls.unary(async (request: ConnectorRequest, signal) => {
      await herder.setTargetState(requireName(request), state, signal);
      return {};
    });
  return {
    Pause: setTargetState('PAUSED'),
    Resume: setTargetState('STARTED'),
    Stop: setTargetState('STOPPED'),
    ResetTopics: calls.unary(async (request: ConnectorRequest, signal) => {
      await herder.resetConnectorTopics(requireName(request), signal);
      return {};
    }),
    Restart: calls.unary(async (request: RestartConnectorRequest, signal) => {
      const { includeTasks, onlyFailed } = request;
      const status = await herder.restartConnector(requireName(request), { includeTasks, onlyFailed }, signal);
      return { status: toConnectorStatus(status) };
    }),
    RestartTask: calls.unary(async ({ name, task }: RestartTaskRequest, signal) => {
      // A task that is not said must not come out as task 0.
      new RequestFields()
        .requireText('name', name)
        .require(task !== undefined, 'task', 'must be given')
        .check();
      await herder.restartTask({ connector: name, task: task ?? 0 }, signal);
      return {};
    }),
  };
}

function isExpand(value: string | number): boolean {
  return value === 'STATUS' || value === 'INFO';
}
