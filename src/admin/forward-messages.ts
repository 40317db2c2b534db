/** Between the herder's forwarded requests and the messages of `millrace.internal.v1`. */
import { ConnectError } from '../errors/connect-error.ts';
import type { ForwardedRequest, GroupDescription, HerderRequest } from '../herder/forwarding.ts';
import type { ConnectorOffsets, TargetState } from '../herder/herder.ts';
import type { ConnectorProcesses } from '../herder/plugin-processes.ts';
import {
  decodeForwardBody,
  encodeForwardBody,
  type DescribeGroupResponse,
  type DescribeWorkResponse,
  type ForwardBody,
  type ForwardBodyRequest,
} from '../wire/internal-messages.ts';

/** The bytes of a request, which are to be signed. */
export function encodeForwarded({ hops, request }: ForwardedRequest): Buffer {
  return encodeForwardBody({ hops, request: toMessage(request) });
}

/** @throws {ConnectError} WIRE_MALFORMED; REQUEST_INVALID for a request that this version does not know. */
export function decodeForwarded(bytes: Uint8Array): ForwardedRequest {
  const { hops, request }: ForwardBody = decodeForwardBody(bytes);
  if (request !== null) return { hops, request: fromMessage(request) };
  throw new ConnectError(
    'REQUEST_INVALID',
    'Another worker asks for something that this version of Millrace does not know',
  );
}

/** The members of the group, for another worker. */
export function toDescribeGroupResponse({ generation, workers }: GroupDescription): DescribeGroupResponse {
  return {
    generation,
    workers: workers.map(({ memberId, url, peer, work }) => ({
      memberId,
      url,
      grpcAddress: peer?.grpcAddress ?? '',
      version: peer?.version ?? '',
      ...work,
    })),
  };
}

/** The members of the group, from its leader. */
export function fromDescribeGroupResponse({ generation, workers }: DescribeGroupResponse): GroupDescription {
  return {
    generation,
    workers: workers.map(({ memberId, url, grpcAddress, version, connectors, tasks }) => ({
      memberId,
      url,
      peer: grpcAddress === '' ? null : { grpcAddress, version },
      work: { connectors, tasks },
    })),
  };
}

/** What a worker runs, from itself. */
export function fromDescribeWorkResponse({ connectors }: DescribeWorkResponse): readonly ConnectorProcesses[] {
  return connectors.map(({ name, instance, tasks }) => ({
    name,
    instance,
    tasks: tasks.flatMap(({ task, process, errors }) => (process === null ? [] : [{ task, process, errors }])),
  }));
}

function toMessage(request: HerderRequest): ForwardBodyRequest {
  switch (request.kind) {
    case 'tasks': {
      const { name, configs } = request.tasks;
      return { kind: 'tasks', tasks: { name, configs: configs.map(config => ({ config })) } };
    }
    case 'alterOffsets': {
      const { name, offsets } = request.alterOffsets;
      const source = offsets.type === 'source' ? offsets.offsets : [];
      const sink = offsets.type === 'sink' ? offsets.offsets : [];
      return { kind: 'alterOffsets', alterOffsets: { name, source, sink } };
    }
    default:
      return request;
  }
}

function fromMessage(request: ForwardBodyRequest): HerderRequest {
  switch (request.kind) {
    case 'create': {
      const { name, config, initialState } = request.create;
      return { kind: 'create', create: { name, config, initialState: requireState(initialState) } };
    }
    case 'target': {
      const { name, state } = request.target;
      return { kind: 'target', target: { name, state: requireState(state) } };
    }
    case 'tasks': {
      const { name, configs } = request.tasks;
      return { kind: 'tasks', tasks: { name, configs: configs.map(({ config }) => config) } };
    }
    case 'alterOffsets': {
      const { name, source, sink } = request.alterOffsets;
      const offsets: ConnectorOffsets =
        sink.length > 0 ? { type: 'sink', offsets: sink } : { type: 'source', offsets: source };
      return { kind: 'alterOffsets', alterOffsets: { name, offsets } };
    }
    default:
      return request;
  }
}

function requireState(state: TargetState | 'TARGET_STATE_UNSPECIFIED'): TargetState {
  if (state !== 'TARGET_STATE_UNSPECIFIED') return state;
  throw new ConnectError(
    'REQUEST_INVALID',
    'Another worker asks for a target state that this version of Millrace does not know',
  );
}
