import type { RecordFetcher } from '../../src/kafka/record-fetcher.ts';

/** A fetcher that never brings anything. */
export const idleFetcher: RecordFetcher = {
  add: () => undefined,
  remove: () => undefined,
  seek: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
  position: () => null,
  poll: () => Promise.resolve([]),
  close: () => Promise.resolve(),
};
