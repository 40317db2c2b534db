/** Lines of a file to Kafka, and back: Kafka Connect's file connectors under their own class names. */
import { serve } from '../../../src/sdk/index.ts';
import { FileStreamSinkConnector } from './file-stream-sink-connector.ts';
import { FileStreamSourceConnector } from './file-stream-source-connector.ts';

serve({
  name: 'file-stream',
  version: '1.0.0',
  maxTasks: 100,
  connectors: [
    {
      className: 'org.apache.kafka.connect.file.FileStreamSourceConnector',
      type: 'source',
      create: () => new FileStreamSourceConnector(),
    },
    {
      className: 'org.apache.kafka.connect.file.FileStreamSinkConnector',
      type: 'sink',
      create: () => new FileStreamSinkConnector(),
    },
  ],
});
