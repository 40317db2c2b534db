import type { Clock } from '../async/clock.ts';
import { ConnectError, messageOf } from '../errors/connect-error.ts';
import type { TopicAdmin } from '../kafka/topic-admin.ts';
import type { Logger } from '../logging/logger.ts';

/** Time after which a start without a broker is told of: whoever started the worker still looks at it. */
const patienceMs = 3000;

/**
 * Asks for the id of the Kafka cluster, in the background, until the admin client is closed or gives up, and tells when no broker
 * answers for a while. A worker starts without the id.
 *
 * @returns the id; empty until a broker told it.
 */
export function watchClusterId(parts: {
  readonly topics: Pick<TopicAdmin, 'clusterId'>;
  readonly bootstrapServers: readonly string[];
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
}): () => string {
  const { topics, bootstrapServers, clock, log } = parts;
  let known = '';
  const tell = (): void => log.warn({ bootstrapServers }, 'No broker could be reached yet; still trying');
  const timer = clock.after(patienceMs, tell, { unref: true });
  const ask = async (): Promise<void> => {
    try {
      known = (await topics.clusterId()) ?? '';
    } catch (error) {
      if (error instanceof ConnectError && error.code === 'SHUTTING_DOWN') return;
      log.warn({ bootstrapServers, cause: messageOf(error) }, 'No broker could be reached; tasks will keep trying');
    } finally {
      timer.cancel();
    }
  };
  void ask();
  return () => known;
}
