/** Made-up records, and lines replayed from a file, for demonstrations, tests and benchmarks. */
import { serve } from '../../../src/sdk/index.ts';
import { DatagenSourceConnector } from './datagen-source-connector.ts';
import { LineReplaySourceConnector } from './line-replay-source-connector.ts';

serve({
  name: 'datagen',
  version: '1.0.0',
  maxTasks: 100,
  connectors: [
    {
      className: 'millrace.datagen.DatagenSourceConnector',
      type: 'source',
      create: () => new DatagenSourceConnector(),
    },
    {
      className: 'millrace.datagen.LineReplaySourceConnector',
      type: 'source',
      create: () => new LineReplaySourceConnector(),
    },
  ],
});
