/**
 * Thrown by a conversion that needs a schema which has to be fetched first. Conversions are synchronous, so that the hot path waits
 * for nothing: who meets this awaits {@link fetch} once and does the same record again. It is not a fault of the record, and no
 * stage may treat it as one.
 */
export class SchemaPending extends Error {
  override readonly name = 'SchemaPending';
  /**
   * Fetches what is missing. A definite answer, be it "there is no such schema", is kept by the converter, whose next try then
   * gives it for the record.
   *
   * @throws {ConnectError} REGISTRY_UNAVAILABLE or another retriable one when there is no answer within the client's deadline; the
   * signal's reason when it aborts.
   */
  readonly fetch: (signal: AbortSignal) => Promise<void>;

  constructor(what: string, fetch: (signal: AbortSignal) => Promise<void>) {
    super(`${what} has to be fetched first`);
    this.fetch = fetch;
  }
}
