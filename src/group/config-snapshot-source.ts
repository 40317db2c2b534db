/** The configurations that a worker knew at one moment, as far as sharing out needs them. */
export interface ConfigSnapshot {
  /** Position in the config topic up to which the snapshot is complete: offset of the last record read, plus one; -1 when there is none. */
  readonly configOffset: number;
  /** Number of tasks of each connector; 0 while its task configurations are inconsistent. */
  readonly taskCounts: ReadonlyMap<string, number>;
}

/** Where a member of the group finds what is configured. */
export interface ConfigSnapshotSource {
  /** What this worker knows now; does not wait for anything. */
  snapshot(): ConfigSnapshot;
  /**
   * Reads all that the config topic holds at this moment.
   *
   * @throws {Error} when that was not done within `timeoutMs`, or the signal's reason.
   */
  readToEnd(options: { readonly timeoutMs: number; readonly signal: AbortSignal }): Promise<void>;
}
