/** A plugin that does what its configuration tells: each test of the SDK asks it for one behaviour. */
import { serve } from '../../../../src/sdk/index.ts';
import { ProbeSinkConnector } from './probe-sink.ts';
import { ProbeSourceConnector } from './probe-source.ts';

serve({
  name: 'probe',
  version: '2.5.0',
  maxTasks: 3,
  connectors: [
    { className: 'test.ProbeSourceConnector', type: 'source', create: () => new ProbeSourceConnector() },
    { className: 'test.ProbeSinkConnector', type: 'sink', create: () => new ProbeSinkConnector() },
  ],
});
