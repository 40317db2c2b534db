/** Largest message of a gRPC peer that does not say otherwise. */
const defaultReceiveBytes = 4 * 1024 * 1024;

/** Left free in every message for what stands around the records (rule 8). */
const headroomBytes = 64 * 1024;

/** Sizes that worker and plugin agreed on in the handshake. */
export class PluginLimits {
  /** Largest message that this plugin takes; announced to the worker. */
  readonly receiveBytes = 16 * 1024 * 1024;
  #workerReceiveBytes = defaultReceiveBytes;

  /** Largest message that the worker takes; 0 = it does not say. */
  agree(workerReceiveBytes: number): void {
    this.#workerReceiveBytes = workerReceiveBytes === 0 ? defaultReceiveBytes : workerReceiveBytes;
  }

  /** Largest record, and largest batch, that may be sent to the worker. */
  get maxRecordBytes(): number {
    return Math.max(1024, this.#workerReceiveBytes - headroomBytes);
  }
}
