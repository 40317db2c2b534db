/** A sink that takes nothing until it is let: for tests of what happens to records meanwhile. */
import { serve } from '../../../../src/sdk/index.ts';
import { GatedSinkConnector } from './gated-sink.ts';

serve({
  name: 'gated',
  version: '1.0.0',
  connectors: [{ className: 'test.GatedSinkConnector', type: 'sink', create: () => new GatedSinkConnector() }],
});
