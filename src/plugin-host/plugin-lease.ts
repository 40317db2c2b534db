import type { PluginIsolation } from '../config/millrace-keys.ts';
import { pluginIsolations } from '../config/millrace-keys.ts';
import type { ConnectError } from '../errors/connect-error.ts';
import type { ExitReport } from './exit-report.ts';
import type { PluginChannel } from './plugin-channel.ts';
import type { PluginManifest } from './plugin-manifest.ts';

/** Who has a lease: one task, or with null the connector instance. */
export interface LeaseOwner {
  readonly connector: string;
  readonly task: number | null;
}

/**
 * A plugin process as one task or one connector instance has it: for itself (`PluginProcess`), together with others
 * (`SharedLease`), or one that runs without the worker's doing (`AttachedLease`). Ends by {@link release} or {@link kill}.
 */
export interface PluginLease {
  readonly manifest: PluginManifest;
  /** Process id; null where the process is not the worker's. */
  readonly pid: number | null;
  /** A connection that nobody else uses. */
  readonly channel: PluginChannel;
  /** Largest message that may be sent, bytes (rule 8). */
  readonly sendBytesMax: number;
  /** Resolves when the process is gone; never rejects, and not for a process that lives on after the release. */
  readonly exited: Promise<ExitReport>;
  readonly hasExited: boolean;
  /** Blanks these values out of what the process prints from now on: values of secret configuration keys (I9). */
  hideValues(values: readonly string[]): void;
  /**
   * The owner is done. Ends a process that it had for itself, and resolves when it is gone; leaves one that others use.
   *
   * @param end `isClean`: nothing of the owner runs in the process any more, so another may take its place there.
   */
  release(end: { readonly isClean: boolean }): Promise<unknown>;
  /** The process counts as dead, for the reason given: kills it, whoever uses it, where it is the worker's. */
  kill(cause?: ConnectError): Promise<ExitReport>;
}

/** The isolation of that name; undefined if there is none. */
export function toIsolation(text: string | undefined): PluginIsolation | undefined {
  return pluginIsolations.find(isolation => isolation === text);
}
