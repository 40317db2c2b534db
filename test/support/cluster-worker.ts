import { WorkerProcess } from './worker-process.ts';

/** A real `millrace distributed` process. Dies with the test's process. */
export class ClusterWorker extends WorkerProcess {
  /** `host:port` by which statuses name it. */
  readonly workerId: string;

  private constructor(workerId: string, args: readonly string[]) {
    super(args);
    this.workerId = workerId;
  }

  /** Starts a worker without waiting for it. */
  static spawn(workerId: string, workerFile: string): ClusterWorker {
    return new ClusterWorker(workerId, ['distributed', workerFile]);
  }
}
