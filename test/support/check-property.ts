import { inspect } from 'node:util';
import fc from 'fast-check';

/** How a property is tried. */
export interface PropertyOptions {
  /** Number of inputs; 300 when not given. */
  readonly runs?: number;
}

/**
 * Tries a property on inputs that look random and are the same on every run. A failure tells the smallest input that was found to
 * fail, and the seed and path with which fast-check makes it again.
 */
export function checkProperty<T>(
  inputs: fc.Arbitrary<T>,
  property: (input: T) => void,
  options: PropertyOptions = {},
): void {
  fc.assert(fc.property(inputs, property), {
    seed: 20_260_101,
    numRuns: options.runs ?? 300,
    reporter: details => {
      if (!details.failed) return;
      const [input] = details.counterexample ?? [];
      const cause = details.errorInstance;
      const reason = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
      const again = `seed ${details.seed}, path "${details.counterexamplePath ?? ''}"`;
      throw new Error(`Fails for ${inspect(input, { depth: 12 })}\n(${again})\n${reason}`, { cause });
    },
  });
}
