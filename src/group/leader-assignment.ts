/** What the leader does in a round: it makes an assignment of all members' metadata and its own configurations. */

import type { ConnectorTaskId } from '../data/connector-task-id.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { JoinRound } from '../kafka/group-member.ts';
import type { AssignorMemory } from './assignor-memory.ts';
import { encodeAwaitedRestarts, listAwaitedRestarts } from './awaited-restarts.ts';
import type { ConfigSnapshot } from './config-snapshot-source.ts';
import {
  AssignmentError,
  encodeAssignment,
  type ConnectProtocolVersion,
  type WorkerAssignment,
  type WorkerMetadata,
} from './connect-protocol.ts';
import { emptyWork, nothing, toConnectorsAndTasks, toWorkSet, type WorkSet } from './connectors-and-tasks.ts';
import { assignEagerly } from './eager-assignor.ts';
import { assignIncrementally } from './incremental-cooperative-assignor.ts';
import { versionOfProtocol } from './protocol-offer.ts';
import type { GroupWorker } from './worker-group.ts';
import { encodeLeaderAddress } from './worker-peer.ts';

/** A round as the leader sees it, metadata read. */
export interface LeaderRound {
  readonly generation: number;
  readonly lastCompletedGeneration: number;
  readonly version: ConnectProtocolVersion;
  readonly leaderId: string;
  readonly members: ReadonlyMap<string, WorkerMetadata>;
}

/** What assigning needs beside the round. */
export interface LeaderInput {
  readonly snapshot: ConfigSnapshot;
  readonly memory: AssignorMemory;
  readonly nowMs: number;
  readonly maxDelayMs: number;
  readonly strictKafkaDelay: boolean;
}

/** What the leader sends, and what it keeps. */
export interface LeaderDecision {
  /** Bytes for each member. */
  readonly assignments: ReadonlyMap<string, Uint8Array>;
  readonly memory: AssignorMemory;
  /** Who runs what from now on; null when nothing was assigned. */
  readonly workers: readonly GroupWorker[] | null;
}

/**
 * Reads the members' metadata. One that cannot be read does not keep the others from working: it counts as having nothing.
 *
 * @param onUnreadable told of each such member.
 */
export function readRound(
  round: JoinRound,
  options: {
    readonly lastCompletedGeneration: number;
    readonly read: (metadata: Uint8Array) => WorkerMetadata;
    readonly onUnreadable: (memberId: string, err: unknown) => void;
  },
): LeaderRound {
  const members = new Map<string, WorkerMetadata>();
  for (const { memberId, metadata } of round.members) {
    try {
      members.set(memberId, options.read(metadata));
    } catch (err) {
      options.onUnreadable(memberId, err);
      members.set(memberId, { url: '', configOffset: -1, allocation: null, isRestarting: false });
    }
  }
  const { generation, leaderId } = round;
  const { lastCompletedGeneration } = options;
  return { generation, lastCompletedGeneration, leaderId, version: versionOfProtocol(round.protocol), members };
}

/** Highest config offset that a member knows. */
export function maxConfigOffset({ members }: LeaderRound): number {
  return Math.max(...[...members.values()].map(({ configOffset }) => configOffset));
}

/**
 * Assigns what the leader's snapshot holds. When another member knows later configurations, nobody gets anything, and all are told to
 * catch up.
 */
export function decideAsLeader(round: LeaderRound, input: LeaderInput): LeaderDecision {
  const { snapshot, memory } = input;
  const leader = round.members.get(round.leaderId);
  if (leader === undefined) throw new ConnectError('INTERNAL', 'The leader is not among the members of its round');
  const head = { error: AssignmentError.NONE, leader: round.leaderId, leaderUrl: leader.url };
  const maxOffset = maxConfigOffset(round);
  if (snapshot.configOffset < maxOffset) {
    const mismatch = { ...head, error: AssignmentError.CONFIG_MISMATCH, configOffset: maxOffset };
    const told = { ...mismatch, assigned: nothing, revoked: nothing, delayMs: 0 };
    return { assignments: encodeAll(round, () => told), memory, workers: null };
  }
  const configured = toConfiguredWork(snapshot);
  const base = { ...head, configOffset: snapshot.configOffset };
  return round.version === 0
    ? assignAllAnew(round, base, { configured, memory })
    : assignChanges(round, base, { ...input, configured });
}

type AssignmentHead = Pick<WorkerAssignment, 'error' | 'leader' | 'leaderUrl' | 'configOffset'>;

function assignAllAnew(
  round: LeaderRound,
  head: AssignmentHead,
  { configured, memory }: { readonly configured: WorkSet; readonly memory: AssignorMemory },
): LeaderDecision {
  const dealt = assignEagerly([...round.members.keys()], configured);
  return {
    assignments: encodeAll(round, memberId => ({
      ...head,
      assigned: toConnectorsAndTasks(dealt.get(memberId) ?? emptyWork),
      revoked: nothing,
      delayMs: 0,
    })),
    memory,
    workers: toWorkers(round, memberId => ({ total: dealt.get(memberId) ?? emptyWork, revoked: emptyWork })),
  };
}

function assignChanges(
  round: LeaderRound,
  head: AssignmentHead,
  input: LeaderInput & { readonly configured: WorkSet },
): LeaderDecision {
  const members = [...round.members].map(([memberId, { url, isRestarting, allocation }]) => ({
    memberId,
    url,
    isRestarting,
    active: toWorkSet(allocation?.assigned ?? nothing),
  }));
  const { assignments, delayMs, memory } = assignIncrementally(input.memory, { ...round, ...input, members });
  const awaited = encodeAwaitedRestarts(input.strictKafkaDelay ? [] : listAwaitedRestarts(memory, input));
  const assignmentOf = (memberId: string): WorkerAssignment => {
    const told = assignments.get(memberId);
    return {
      ...head,
      assigned: toConnectorsAndTasks(told?.assigned ?? emptyWork),
      revoked: toConnectorsAndTasks(told?.revoked ?? emptyWork),
      delayMs: Math.ceil(delayMs),
    };
  };
  return {
    assignments: encodeAll(round, assignmentOf, awaited),
    memory,
    workers: toWorkers(round, memberId => assignments.get(memberId) ?? { total: emptyWork, revoked: emptyWork }),
  };
}

/** @param more what stands behind each assignment, before the leader's address. */
function encodeAll(
  { members, version, leaderId }: LeaderRound,
  assignmentOf: (memberId: string) => WorkerAssignment,
  more: Uint8Array = Buffer.alloc(0),
): ReadonlyMap<string, Uint8Array> {
  const tail = [more, encodeLeaderAddress(members.get(leaderId)?.peer?.grpcAddress)];
  return new Map(
    [...members.keys()].map(memberId => [
      memberId,
      Buffer.concat([encodeAssignment(assignmentOf(memberId), version), ...tail]),
    ]),
  );
}

function toWorkers(
  { members }: LeaderRound,
  shareOf: (memberId: string) => { readonly total: WorkSet; readonly revoked: WorkSet },
): readonly GroupWorker[] {
  return [...members].map(([memberId, { url, peer }]) => {
    const { total, revoked } = shareOf(memberId);
    return {
      memberId,
      url,
      peer: peer ?? null,
      work: toConnectorsAndTasks(total),
      revoked: toConnectorsAndTasks(revoked),
    };
  });
}

function toConfiguredWork({ taskCounts }: ConfigSnapshot): WorkSet {
  const tasks = [...taskCounts].flatMap(([connector, count]) =>
    Array.from({ length: count }, (_, task): ConnectorTaskId => ({ connector, task })),
  );
  return toWorkSet({ connectors: [...taskCounts.keys()], tasks });
}
