/** How a development broker was come by. */
export type BrokerOrigin = 'listening' | 'compose' | 'java';

/** A development broker that answers requests. */
export interface RunningBroker {
  readonly origin: BrokerOrigin;
  /** `host:port`, as `bootstrap.servers` wants it. */
  readonly bootstrapServers: string;
  /** One line for people: what runs, where its data and its log are. */
  readonly description: string;
  /** Process of the broker; undefined unless this program started it as a child. */
  readonly pid: number | undefined;
  /** Resolves with the reason once the broker is gone, whether stopped or by itself. Never for one found listening. */
  readonly ended: Promise<string>;
  /**
   * Stops the broker and removes what it left, if this program started it; idempotent. Resolves within 20 s, by force if need
   * be. One found listening is left alone.
   */
  stop(): Promise<void>;
}
