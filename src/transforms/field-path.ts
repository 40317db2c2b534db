import type { ConnectValue } from '../data/connect-value.ts';
import { findField, type Field, type Schema } from '../data/schema.ts';
import type { Struct } from '../data/struct.ts';
import { ConnectError } from '../errors/connect-error.ts';
import { requireMap, requireStruct, requireStructSchema, type ConnectMap } from './requirements.ts';

const purpose = 'nested field access';

/**
 * The way to a field: one name in syntax V1; in V2 names with dots between them, of which those with dots in them stand in backticks
 * (KIP-821): ``a.`b.c`.d``. A backtick before a dot or the end that belongs to the name has a backslash before it.
 *
 * @see `SingleFieldPath` in Kafka Connect.
 */
export class FieldPath {
  readonly #steps: readonly string[];
  readonly #last: string;

  /** @throws {ConnectError} CONFIG_INVALID for a backtick without its counterpart. */
  constructor(path: string, syntax: 'V1' | 'V2') {
    const names = syntax === 'V1' ? [path] : parsePath(path);
    this.#steps = names.slice(0, -1);
    this.#last = names.at(-1) ?? '';
  }

  /** The field; undefined if there is none. @throws {ConnectError} DATA_INVALID if it would be within something else than a struct. */
  findField(schema: Schema): Field | undefined {
    let current = requireStructSchema(schema);
    for (const step of this.#steps) {
      const field = findField(current, step);
      if (field === undefined) return undefined;
      current = requireStructSchema(field.schema);
    }
    return findField(current, this.#last);
  }

  /** Value of the field, null if there is none. */
  readStruct(struct: Struct, replacesNull: boolean): ConnectValue {
    let current = struct;
    for (const step of this.#steps) {
      const next = findField(current.schema, step) === undefined ? null : current.get(step);
      if (next === null) return null;
      current = requireStruct(next, purpose);
    }
    if (findField(current.schema, this.#last) === undefined) return null;
    return replacesNull ? current.get(this.#last) : current.getWithoutDefault(this.#last);
  }

  /** Value in a map of maps, null if there is none. */
  readMap(map: ConnectMap): ConnectValue {
    let current = map;
    for (const step of this.#steps) {
      const next = current.get(step) ?? null;
      if (next === null) return null;
      current = requireMap(next, purpose);
    }
    return current.get(this.#last) ?? null;
  }
}

/** The names of a path in syntax V2. */
export function parsePath(path: string): readonly string[] {
  const steps: string[] = [];
  let index = 0;
  while (index < path.length) {
    const { step, end } = path.charAt(index) === '`' ? readQuoted(path, index) : readPlain(path, index);
    steps.push(step);
    index = end;
  }
  if (path.endsWith('.')) steps.push('');
  return steps;
}

interface Step {
  readonly step: string;
  /** Place after it and its dot. */
  readonly end: number;
}

function readPlain(path: string, start: number): Step {
  const dot = path.indexOf('.', start);
  return dot < 0 ? { step: path.slice(start), end: path.length } : { step: path.slice(start, dot), end: dot + 1 };
}

function readQuoted(path: string, start: number): Step {
  let step = '';
  let from = start + 1;
  for (let tick = path.indexOf('`', from); tick >= 0; tick = path.indexOf('`', tick + 1)) {
    const isLast = tick === path.length - 1;
    const isEscaped = path.charAt(tick - 1) === '\\';
    if (!isLast && path.charAt(tick + 1) !== '.') continue;
    if (!isEscaped) return { step: step + path.slice(from, tick), end: isLast ? path.length : tick + 2 };
    if (isLast) break;
    step += `${path.slice(from, tick - 1)}\``;
    from = tick + 1;
  }
  throw new ConnectError(
    'CONFIG_INVALID',
    `Incomplete backtick pair in path: [${path}], consider adding a backslash before backtick at position ${start} to escape it`,
  );
}
