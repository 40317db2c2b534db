import { WorkerProcess, type Settings, type TestFolder } from './worker-process.ts';

export {
  TestFolder,
  type ConnectorStatusMessage,
  type InstanceStatusMessage,
  type Settings,
} from './worker-process.ts';

/** Settings that every test worker has: any free port, frequent flushes. */
export function workerSettings(folder: TestFolder, bootstrap: string, more: Settings = {}): Settings {
  return {
    'bootstrap.servers': bootstrap,
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'offset.storage.file.filename': folder.file('offsets'),
    'offset.flush.interval.ms': '200',
    'grpc.listeners': 'http://127.0.0.1:0',
    'plugin.restart.backoff.ms': '50',
    ...more,
  };
}

/** A real `millrace standalone` process. Dies with the test's process. */
export class StandaloneWorker extends WorkerProcess {
  /** Starts a worker without waiting for it. @param args of `millrace standalone`. */
  static spawn(args: readonly string[]): StandaloneWorker {
    return new StandaloneWorker(['standalone', ...args]);
  }

  /** Starts a worker; resolves when it has created its connectors. */
  static async start(args: readonly string[]): Promise<StandaloneWorker> {
    const worker = StandaloneWorker.spawn(args);
    await worker.whenReady();
    return worker;
  }
}
