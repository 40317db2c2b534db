/** Something that a worker has to do without, so that what it tells may be out of date. */
export interface Outage {
  /** When it noticed, milliseconds since the epoch. */
  readonly sinceMs: number;
  /** What, as a sentence. */
  readonly description: string;
}
