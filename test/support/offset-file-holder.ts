/**
 * A program that holds an offsets file: `offset-file-holder.ts PATH`. Writes `held` to stdout once it has the file, or the code and
 * message of the error; keeps the file until its stdin ends.
 */
import { SystemClock } from '../../src/async/clock.ts';
import { toConnectError } from '../../src/errors/connect-error.ts';
import { createSilentLogger } from '../../src/logging/logger.ts';
import { FileOffsetStore } from '../../src/storage/file-offset-store.ts';

const store = new FileOffsetStore({ path: process.argv[2] ?? '', clock: new SystemClock(), log: createSilentLogger() });
try {
  await store.load();
  console.log('held');
  process.stdin.resume().once('end', () => void store.close());
} catch (error) {
  const { code, message } = toConnectError(error);
  console.log(`${code}: ${message}`);
}
