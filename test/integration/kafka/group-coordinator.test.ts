import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CoordinatorError, GroupCoordinator } from '../../../src/kafka/group-coordinator.ts';
import { readKafkaClientConfig } from '../../../src/kafka/kafka-client-config.ts';
import { KafkaConfigReader } from '../../../src/kafka/kafka-config-reader.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { JoinedBroker } from '../../support/joined-broker.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { PrivateBroker } from '../../support/private-broker.ts';
import { until } from '../../support/standalone-fixture.ts';

/** `org.apache.kafka.common.protocol.Errors` */
const leaderNotAvailable = 5;

describe('coordinator of a group', () => {
  // Regression: the failure was remembered in the place of the coordinator, and told for ever.
  test('is looked for again when the first search found its topic without a leader', async t => {
    const broker = await PrivateBroker.start();
    t.after(() => broker.dispose());
    const other = await JoinedBroker.start(broker);
    t.after(() => other.stop());
    const reader = new KafkaConfigReader(new Map([['bootstrap.servers', broker.bootstrapServers]]));
    const client = readKafkaClientConfig(reader, { defaultClientId: 'test' });
    /** Asks for offsets. @returns the code of the failure; undefined if there is none. */
    const ask = async (coordinator: GroupCoordinator): Promise<number | null | undefined> => {
      try {
        await coordinator.call('Asking', found => found.offsetFetch({ groupId: 'g', topics: [] }));
        return undefined;
      } catch (error) {
        if (error instanceof CoordinatorError) return error.kafkaCode;
        throw error;
      }
    };
    const open = (): GroupCoordinator => {
      const coordinator = new GroupCoordinator({ client, groupId: 'g', log: createSilentLogger() });
      t.after(() => coordinator.close());
      return coordinator;
    };
    const first = open();
    await until('the group has a coordinator', async () => ((await ask(first)) === undefined ? true : undefined));
    const probe = await KafkaProbe.open(t, broker.bootstrapServers);
    await probe.move('__consumer_offsets', other.nodeId);
    await other.stop();

    const second = await until('a search that failed for lack of a leader', async () => {
      const coordinator = open();
      return (await ask(coordinator)) === leaderNotAvailable ? coordinator : undefined;
    });
    await other.restart();
    const code = await until('an answer', async () => {
      const answer = await ask(second);
      return answer === undefined ? 'found' : undefined;
    });

    assert.equal(code, 'found');
  });
});
