import { ConnectError } from '../errors/connect-error.ts';
import type { CastType } from './cast-value.ts';
import { splitAtColons } from './common-keys.ts';

/** What is cast to what. */
export type CastSpec =
  | { readonly kind: 'whole'; readonly type: CastType }
  | { readonly kind: 'fields'; readonly types: ReadonlyMap<string, CastType> };

const castTypes: ReadonlyMap<string, CastType> = new Map(
  (['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64', 'BOOLEAN', 'STRING'] as const).map(type => [type, type]),
);

/**
 * Reads the setting `spec`.
 *
 * @throws {ConnectError} CONFIG_INVALID
 */
export function parseCastSpec(spec: readonly string[]): CastSpec {
  if (spec.length === 0) throw invalid('Must specify at least one field to cast.');
  const types = new Map<string, CastType>();
  let whole: CastType | undefined;
  for (const item of spec) {
    const parts = splitAtColons(item);
    if (parts.length > 2) throw invalid(`Invalid rename mapping: ${item}`);
    const [first = '', second] = parts;
    if (second === undefined) whole = toType(first);
    else types.set(first.trim(), toType(second));
  }
  if (whole === undefined) return { kind: 'fields', types };
  if (spec.length === 1) return { kind: 'whole', type: whole };
  throw invalid(
    'Cast transformations that specify a type to cast the entire value to may only specify a single cast in their spec',
  );
}

function toType(text: string): CastType {
  const type = castTypes.get(text.trim().toUpperCase());
  if (type !== undefined) return type;
  if (/^(?:bytes|array|map|struct)$/i.test(text.trim())) {
    throw invalid(`Cast transformation does not support casting to ${text.trim().toUpperCase()}`);
  }
  throw invalid(`Invalid type found in casting spec: ${text.trim()}`);
}

function invalid(message: string): ConnectError {
  return new ConnectError('CONFIG_INVALID', message);
}
