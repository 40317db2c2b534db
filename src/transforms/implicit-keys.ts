import type { ConfigKeySpec } from '../config/config-key.ts';

/** Settings that every transform has beside its own (KIP-585). */
export const implicitTransformKeys: readonly ConfigKeySpec[] = [
  {
    name: 'predicate',
    type: 'STRING',
    default: null,
    importance: 'MEDIUM',
    documentation: 'Alias of the predicate that says which records are transformed; all when not set.',
    displayName: 'predicate',
  },
  {
    name: 'negate',
    type: 'BOOLEAN',
    default: false,
    importance: 'MEDIUM',
    documentation: 'Whether the records are transformed for which the predicate is false.',
    displayName: 'negate',
  },
];
