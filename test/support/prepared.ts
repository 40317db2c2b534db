import { SchemaPending } from '../../src/converters/schema-pending.ts';

const { signal } = new AbortController();

/** Runs a conversion as the loops over batches do: what it lacks is fetched, and it runs again. */
export async function prepared<T>(convert: () => T): Promise<T> {
  for (let fetches = 0; fetches < 10; fetches += 1) {
    try {
      return convert();
    } catch (error) {
      if (!(error instanceof SchemaPending)) throw error;
      await error.fetch(signal);
    }
  }
  throw new Error('A conversion never has what it needs');
}
