import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { awaitLeader, ClusterFixture } from '../../support/cluster-fixture.ts';
import type { ClusterWorker } from '../../support/cluster-worker.ts';
import { untilTrue } from '../../support/standalone-fixture.ts';

const rotated = 'A new session key signs the requests between workers';
const config = { 'connector.class': 'Datagen', topic: 'unused' };

/** Writes on each of some workers, one after the other, until it is ended. */
class Writers {
  /** Names of connectors in answers so far, by worker id. */
  readonly answered: string[] = [];
  #isOver = false;
  readonly #done: Promise<unknown>;

  constructor(workers: readonly ClusterWorker[], write: (worker: ClusterWorker, name: string) => Promise<unknown>) {
    this.#done = Promise.all(
      workers.map(async (worker, index) => {
        for (let n = 0; !this.#isOver; n += 1) {
          const name = `c-${index}-${n}`;
          await write(worker, name);
          this.answered.push(name);
        }
      }),
    );
    this.#done.catch(() => undefined); // `end` tells it.
  }

  /** Waits until as many more writes were answered. */
  async awaitMore(count: number): Promise<void> {
    const before = this.answered.length;
    const isDone = untilTrue(`${count} more writes`, () => this.answered.length >= before + count);
    await Promise.race([isDone, this.#done]);
  }

  /** @throws what the first refused write was refused with. */
  async end(): Promise<readonly string[]> {
    this.#isOver = true;
    await this.#done;
    return this.answered;
  }
}

describe('writes that are handed on to the leader', () => {
  let cluster: ClusterFixture;
  let workers: readonly ClusterWorker[];

  before(async () => {
    cluster = await ClusterFixture.create();
    workers = await cluster.startAll(3, { 'inter.worker.key.ttl.ms': '1000' });
  });
  after(() => cluster.close());

  const rotations = (): number => workers.flatMap(({ lines }) => lines.filter(line => line.includes(rotated))).length;
  const create = (worker: ClusterWorker, name: string): Promise<unknown> =>
    worker.call('Connectors/Create', { name, config, initial_state: 'STOPPED' });

  async function assertStored(worker: ClusterWorker, names: readonly string[]): Promise<void> {
    const { names: stored } = (await worker.call('Connectors/List', {})) as { readonly names: readonly string[] };
    assert.deepEqual(
      names.filter(name => !stored.includes(name)),
      [],
    );
  }

  test('are done while session keys come and go, and while the leader stops', async () => {
    const { leader, followers } = await awaitLeader(workers);
    const [asked = leader] = followers;
    const writers = new Writers(followers, create);

    const first = rotations();
    await untilTrue('three more session keys', () => rotations() >= first + 3);
    await writers.awaitMore(2);
    await leader.stop();
    await writers.awaitMore(4);
    const names = await writers.end();

    await assertStored(asked, names);
    assert.equal(new Set(names).size, names.length);
    workers = [...followers, await cluster.startAgain(leader)];
  });

  test('are done when the leader is killed, where they may be made twice', async () => {
    const { leader, followers } = await awaitLeader(workers);
    const [asked = leader] = followers;
    const target = await asked.call('Connectors/List', {});
    assert.match(JSON.stringify(target), /c-0-0/);
    const writers = new Writers(followers, (worker, name) =>
      worker.call('Connectors/PutConfig', { name: `put-${name}`, config }),
    );

    await writers.awaitMore(2);
    const before = rotations();
    leader.kill('SIGKILL');
    await leader.exited;
    await writers.awaitMore(4);
    await untilTrue('a session key of the next leader', () => rotations() > before);
    await writers.awaitMore(4);
    const names = await writers.end();

    await assertStored(
      asked,
      names.map(name => `put-${name}`),
    );
  });
});
