/**
 * A point in time, counted in milliseconds since 1970-01-01T00:00:00Z: the value of the logical types Date, Time and Timestamp. All
 * 64 bits are kept, which JavaScript's own `Date` does not.
 *
 * @see `java.util.Date`.
 */
export class Instant {
  readonly epochMs: bigint;

  /** @param epochMs higher bits than 64 are cut off. */
  constructor(epochMs: bigint) {
    this.epochMs = BigInt.asIntN(64, epochMs);
  }
}
