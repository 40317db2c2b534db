/** A sink that does not take every record: for tests of error handling. */
import { serve } from '../../../../src/sdk/index.ts';
import { PickySinkConnector } from './picky-sink.ts';

serve({
  name: 'picky',
  version: '1.0.0',
  connectors: [{ className: 'test.PickySinkConnector', type: 'sink', create: () => new PickySinkConnector() }],
});
