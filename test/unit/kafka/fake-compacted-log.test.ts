import { testCompactedLog } from '../../support/compacted-log-contract.ts';
import { FakeCompactedLog, FakeTopic } from '../../support/fake-compacted-log.ts';

testCompactedLog('the log in memory that stands in for a compacted log', async () => {
  const topic = new FakeTopic();
  return () => new FakeCompactedLog(topic);
});
