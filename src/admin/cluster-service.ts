import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Herder } from '../herder/herder.ts';
import type { AdminCalls } from './admin-calls.ts';
import { toClusterInfo, toWorker, type ClusterInfoMessage } from './cluster-messages.ts';
import { createLoggerHandlers } from './logger-handlers.ts';
import { UnsentChanges } from './unsent-changes.ts';

/** Handlers of `millrace.admin.v1.Cluster`. */
export function createClusterService(herder: Herder, calls: AdminCalls): UntypedServiceImplementation {
  return {
    ...createLoggerHandlers(herder, calls),
    GetWorker: calls.unary(
      async (_request: object, signal) => ({
        worker: toWorker(await herder.workerInfo(signal), herder.readiness === 'ready'),
      }),
      'starting',
    ),
    GetCluster: calls.unary(
      async (_request: object, signal) => ({ cluster: toClusterInfo(await herder.clusterInfo(signal)) }),
      'starting',
    ),
    Watch: calls.stream(
      async (_request: object, send: (message: { cluster: ClusterInfoMessage }) => Promise<void>, signal) => {
        const changes = new UnsentChanges<'cluster'>();
        changes.add('cluster');
        const stop = herder.watchCluster(() => changes.add('cluster'));
        let sent = '';
        try {
          for (;;) {
            await changes.next(signal);
            const cluster = toClusterInfo(await herder.clusterInfo(signal));
            // What the worker does changes all the time, and is no news of the cluster.
            const told = JSON.stringify({ ...cluster, stage: null });
            if (told !== sent) await send({ cluster });
            sent = told;
          }
        } finally {
          stop();
        }
      },
    ),
  };
}
