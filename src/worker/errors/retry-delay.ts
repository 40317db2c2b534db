const firstDelayMs = 300;

/**
 * Delay before try number `attempt + 1`, ms: 300 ms, doubled with each try; beyond `maxMs` a random one below that.
 *
 * @param random returns a number in [0, 1).
 * @see `RetryWithToleranceOperator#backoff` in Kafka Connect.
 */
export function retryDelayMs(attempt: number, maxMs: number, random: () => number = Math.random): number {
  const delayMs = firstDelayMs * 2 ** (attempt - 1);
  return delayMs > maxMs ? Math.floor(random() * maxMs) : delayMs;
}
