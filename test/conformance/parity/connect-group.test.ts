import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nameOfTask } from '../../../src/data/connector-task-id.ts';
import {
  decodeAssignment,
  decodeMetadata,
  encodeAssignment,
  encodeMetadata,
  type WorkerAssignment,
} from '../../../src/group/connect-protocol.ts';
import {
  nothing,
  toConnectorsAndTasks,
  toSorted,
  type ConnectorsAndTasks,
  type WorkSet,
} from '../../../src/group/connectors-and-tasks.ts';
import type { AssignorResult, AssignorRound } from '../../../src/group/incremental-cooperative-assignor.ts';
import { GroupChaos } from '../../support/group-chaos.ts';
import { GroupSimulation } from '../../support/group-simulation.ts';
import { askConnectGroup } from '../../support/kafka-connect-java.ts';
import { createRandom } from '../../support/random.ts';

const tasks = (connector: string, ...numbers: number[]): ConnectorsAndTasks['tasks'] =>
  numbers.map(task => ({ connector, task }));

const plain = { error: 0, leader: 'connect-1-ü', leaderUrl: 'http://w:8083/', configOffset: 5, delayMs: 0 };
const assignments: readonly WorkerAssignment[] = [
  { ...plain, assigned: nothing, revoked: nothing },
  { ...plain, error: 1, configOffset: -1, assigned: nothing, revoked: nothing },
  { ...plain, assigned: { connectors: ['c'], tasks: [...tasks('c', 0, 10), ...tasks('e-1', 3)] }, revoked: nothing },
  {
    ...plain,
    configOffset: 2 ** 40,
    delayMs: 300_000,
    assigned: { connectors: [], tasks: tasks('ü', 7) },
    revoked: { connectors: ['d', 'c'], tasks: [...tasks('d', 1), ...tasks('b', 0)] },
  },
];
const versions = [0, 1, 2] as const;

function textOf({ connectors, tasks: ids }: ConnectorsAndTasks): string {
  return `${connectors.join(',')}|${ids.map(nameOfTask).join(',')}`;
}

function wordsOf(one: WorkerAssignment): string {
  const { error, leader, leaderUrl, configOffset, assigned, revoked, delayMs } = one;
  return [error, leader, leaderUrl, configOffset, textOf(assigned), textOf(revoked), delayMs].join(' ');
}

describe("the group protocol beside Kafka Connect's own classes", () => {
  const cases = versions.flatMap(version => assignments.map(assignment => ({ version, assignment })));
  /** Version 0 has no revocations and no delay. */
  const carried = (version: number, one: WorkerAssignment): WorkerAssignment =>
    version === 0 ? { ...one, revoked: nothing, delayMs: 0 } : one;

  test('writes assignments to the byte as they do, and reads what they write', async () => {
    const answers = await askConnectGroup(
      cases.map(({ version, assignment }) => `assignment ${version} ${wordsOf(assignment)}`),
    );

    for (const [index, { version, assignment }] of cases.entries()) {
      assert.equal(encodeAssignment(assignment, version).toString('hex'), answers[index]);
      assert.deepEqual(decodeAssignment(Buffer.from(answers[index] ?? '', 'hex')), carried(version, assignment));
    }
  });

  test('writes assignments that they read', async () => {
    const answers = await askConnectGroup(
      cases.map(
        ({ version, assignment }) => `read-assignment ${encodeAssignment(assignment, version).toString('hex')}`,
      ),
    );

    const expected = cases.map(({ version, assignment }) => `${version} ${wordsOf(carried(version, assignment))}`);
    assert.deepEqual(answers, expected);
  });

  test('writes metadata to the byte as they do, and reads what they write', async () => {
    const answers = await askConnectGroup(
      cases.flatMap(({ version, assignment }) => [
        `metadata ${version} http://w:8083/ 7 ${encodeAssignment(assignment, version === 0 ? 1 : version).toString('hex')}`,
        `metadata ${version} http://w:8083/ -1 -`,
      ]),
    );

    const metadata = cases.flatMap(({ version, assignment }) => [
      { version, url: 'http://w:8083/', configOffset: 7, allocation: version === 0 ? null : assignment },
      { version, url: 'http://w:8083/', configOffset: -1, allocation: null },
    ]);
    for (const [index, { version, ...state }] of metadata.entries()) {
      assert.equal(encodeMetadata({ ...state, isRestarting: false }, version).toString('hex'), answers[index]);
      assert.deepEqual(decodeMetadata(Buffer.from(answers[index] ?? '', 'hex')), { ...state, isRestarting: false });
    }
  });

  test('writes metadata that they read, with the announcement of a restart or without', async () => {
    const states = assignments.flatMap(allocation =>
      [false, true].map(isRestarting => ({ url: 'http://w:8083/', configOffset: 7, allocation, isRestarting })),
    );

    const answers = await askConnectGroup(
      states.map(state => `read-metadata ${encodeMetadata(state, 2).toString('hex')}`),
    );

    assert.deepEqual(
      answers,
      states.map(({ allocation }) => `http://w:8083/ 7 2 ${wordsOf(allocation)}`),
    );
  });
});

describe("the assignor beside Kafka Connect's own", () => {
  test('decides the same in every round of clusters to which everything happens', async () => {
    const lines: string[] = [];
    const expected: string[] = [];
    for (let seed = 1; seed <= 200; seed += 1) {
      const maxDelayMs = [300_000, 300_000, 0, 1, 60_000][seed % 5] ?? 0;
      const group = new GroupSimulation({ maxDelayMs, strictKafkaDelay: true });
      const chaos = new GroupChaos(group, createRandom(seed));
      lines.push(`reset ${maxDelayMs}`);
      expected.push('ok');
      for (let step = 0; step < 50; step += 1) {
        const { round, result } = chaos.step();
        lines.push(toLine(round));
        expected.push(toAnswer(result));
      }
    }

    const answers = await askConnectGroup(lines);

    const differs = answers.findIndex((answer, index) => answer !== expected[index]);
    const context = lines.slice(Math.max(0, differs - 8), differs + 1).join('\n');
    assert.equal(answers[differs], expected[differs], context);
  });
});

function toLine(round: AssignorRound): string {
  const counts = [...round.configured.connectors.keys()].map(
    name => `${name}=${[...round.configured.tasks.values()].filter(({ connector }) => connector === name).length}`,
  );
  const members = round.members.map(({ memberId, active }) => `${memberId}:${textOf(toConnectorsAndTasks(active))}`);
  const { nowMs, lastCompletedGeneration, generation } = round;
  return `round ${nowMs} ${lastCompletedGeneration} ${generation} ${counts.join(',') || '-'} ${members.join(';')}`;
}

function toAnswer({ assignments: told, delayMs }: AssignorResult): string {
  const text = (work: WorkSet): string => textOf(toConnectorsAndTasks(toSorted(work)));
  const members = [...told].toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `${delayMs} ${members.map(([id, one]) => `${id}:+${text(one.assigned)}:-${text(one.revoked)}`).join(';')}`;
}
