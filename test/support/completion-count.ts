import type { ConnectError } from '../../src/errors/connect-error.ts';
import type { Completion } from '../../src/kafka/record-producer.ts';

/** A completion that counts, and keeps the errors. */
export class CompletionCount implements Completion {
  ackedCount = 0;
  failedCount = 0;
  readonly errors: ConnectError[] = [];

  acked(count: number): void {
    this.ackedCount += count;
  }

  failed(count: number, error: ConnectError): void {
    this.failedCount += count;
    this.errors.push(error);
  }
}
