import { Connection, metadataV12 } from '@platformatic/kafka';

/** What a broker told of its cluster. */
export interface BrokerSighting {
  readonly clusterId: string;
  /** Brokers that take requests now; a cluster that is still starting has none. */
  readonly brokerCount: number;
}

/** Where to look for a broker and how long. */
export interface BrokerProbe {
  readonly host: string;
  readonly port: number;
  /** Bound of connecting, and of the answer. */
  readonly timeoutMs: number;
}

/**
 * Asks whatever listens on an address for its metadata, once, on a connection of its own.
 *
 * @returns undefined when nothing listens there or when it does not speak Kafka's protocol; never rejects.
 */
export async function probeBroker(probe: BrokerProbe): Promise<BrokerSighting | undefined> {
  const connection = new Connection('millrace-probe', {
    connectTimeout: probe.timeoutMs,
    requestTimeout: probe.timeoutMs,
  });
  // A failed attempt is the answer of this function; the event merely says it again.
  connection.on('error', () => undefined);
  try {
    await connection.connect(probe.host, probe.port);
    const metadata = await metadataV12.api.async(connection, [], false, false);
    return { clusterId: metadata.clusterId ?? '', brokerCount: metadata.brokers.length };
  } catch {
    // Refused, closed, silent or foreign: each of them means that no broker is there.
    return undefined;
  } finally {
    await connection.close().catch(() => undefined);
  }
}
