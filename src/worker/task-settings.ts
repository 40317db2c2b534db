/** The worker's settings that connectors and tasks need, ms. */
export interface TaskSettings {
  /** `offset.flush.interval.ms` */
  readonly offsetFlushIntervalMs: number;
  /** `offset.flush.timeout.ms` */
  readonly offsetFlushTimeoutMs: number;
  /** `task.shutdown.graceful.timeout.ms` */
  readonly shutdownTimeoutMs: number;
  /** `plugin.start.timeout.ms` */
  readonly pluginStartTimeoutMs: number;
  /** `plugin.warm.processes` */
  readonly warmProcesses: number;
  /** Deadline of calls to a plugin. */
  readonly pluginCallTimeoutMs: number;
  /** `plugin.heartbeat.ms` */
  readonly heartbeatMs: number;
  /** `plugin.dead.after.ms` */
  readonly deadAfterMs: number;
}
