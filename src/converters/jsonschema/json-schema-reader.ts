/**
 * JSON Schemas as Connect schemas.
 *
 * @see `JsonSchemaData#toConnectSchema` of Confluent.
 */
import { isJsonObject, JsonNumber, type JsonNode, type JsonObject } from '../../data/json-node.ts';
import { writeJson } from '../../data/json-writer.ts';
import {
  plainTraits,
  stringSchema,
  type Field,
  type PrimitiveType,
  type Schema,
  type SchemaTraits,
} from '../../data/schema.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import { StructDraft } from '../registry/struct-draft.ts';
import { parseJsonSchema, type ObjectKind, type SchemaKind, type SchemaPart } from './json-schema-document.ts';
import type { JsonSchemaOptions } from './json-schema-options.ts';
import { valueFromNode } from './json-schema-values.ts';
import {
  connectProperty,
  entryKey,
  entryValue,
  enumParameter,
  generalizedEnum,
  generalizedUnion,
  generalizedUnionName,
  idParameter,
  nullSymbol,
  oneOfName,
} from './json-schema-words.ts';

/** A JSON Schema as a registry has it. */
export interface JsonSchemaText {
  readonly text: string;
  /** Texts of the schemas that it refers to, by the name that it has for each. */
  readonly references: ReadonlyMap<string, string>;
  /** Its version under the subject; null if it is not known. */
  readonly version: number | null;
}

/**
 * The Connect schema of data that a JSON Schema describes.
 *
 * @throws {ConnectError} SCHEMA_INVALID for one that cannot be read, or that has no Connect schema.
 */
export function readJsonSchema({ text, references, version }: JsonSchemaText, options: JsonSchemaOptions): Schema {
  return new SchemaReader(options).read(parseJsonSchema(text, references), { version, isOptional: false });
}

/** What is known of a schema from where it stands. */
interface Place {
  readonly version: number | null;
  readonly isOptional: boolean;
}

/** A schema without what its keywords add. */
type Base =
  | { readonly kind: 'finished'; readonly schema: Schema }
  | { readonly kind: 'plain'; readonly schema: Schema }
  | { readonly kind: 'struct'; readonly draft: StructDraft };

class SchemaReader {
  readonly #options: JsonSchemaOptions;
  /** Structs that were begun, by the part that they are of: a reference to one of them is no new struct. */
  readonly #drafts = new Map<SchemaPart, StructDraft>();
  #ids = 0;
  #unions = 0;
  #depth = 0;

  constructor(options: JsonSchemaOptions) {
    this.#options = options;
  }

  read(part: SchemaPart, place: Place): Schema {
    if (this.#depth >= maxDepth) {
      throw new ConnectError(
        'SCHEMA_INVALID',
        `A JSON Schema is nested deeper than ${maxDepth} levels, or refers to itself`,
      );
    }
    this.#depth += 1;
    const schema = this.#readWithin(part, place);
    this.#depth -= 1;
    return schema;
  }

  #readWithin(part: SchemaPart, place: Place): Schema {
    const base = this.#baseOf(part, place);
    if (base.kind === 'finished') return base.schema;
    const schema = base.kind === 'plain' ? base.schema : base.draft.schema;
    const traits = this.#traitsOf(part.keywords, schema, place);
    if (base.kind === 'struct') return base.draft.set(traits).schema;
    return { ...schema, ...traits };
  }

  #baseOf(part: SchemaPart, place: Place): Base {
    const { kind } = part;
    switch (kind.kind) {
      case 'boolean':
        return plain({ ...plainTraits, type: 'BOOLEAN' });
      case 'number':
        return plain({ ...plainTraits, type: numberType(kind.isInteger, part.keywords) });
      case 'string':
        return plain({
          ...plainTraits,
          type: part.keywords.get(connectProperty.type) === 'bytes' ? 'BYTES' : 'STRING',
        });
      case 'const':
      case 'enum':
        return plain(this.#enumOf(kind.symbols));
      case 'combined':
        return this.#combined(part, kind, place);
      case 'array':
        return plain(this.#arrayOf(kind.items, part.keywords));
      case 'object':
        return this.#objectOf(part, kind.object);
      case 'reference':
        return finished(this.#referred(kind.target(), place));
      case 'null':
      case 'empty':
      case 'other':
        throw noSchema(kind.kind === 'other' ? kind.name : kind.kind);
    }
  }

  #enumOf(symbols: readonly JsonNode[]): Schema {
    const { hasGeneralizedSums } = this.#options;
    const name = hasGeneralizedSums ? generalizedEnum : enumParameter;
    const parameters = new Map([[name, '']]);
    for (const [index, symbol] of symbols.entries()) {
      const text = symbol === null ? nullSymbol : typeof symbol === 'string' ? symbol : writeJson(symbol);
      parameters.set(`${name}.${text}`, hasGeneralizedSums ? String(index) : text);
    }
    return { ...plainTraits, type: 'STRING', parameters };
  }

  #arrayOf(items: SchemaPart | null, keywords: JsonObject): Schema {
    if (items === null) throw new ConnectError('SCHEMA_INVALID', 'Array schema did not specify the items type');
    if (keywords.get(connectProperty.type) === 'map' && items.kind.kind === 'object') {
      const { properties } = items.kind.object;
      const [key, value] = [properties.get(entryKey), properties.get(entryValue)];
      if (key === undefined || value === undefined) throw noSchema('map without key and value');
      return { ...plainTraits, type: 'MAP', keys: this.read(key, required), values: this.read(value, required) };
    }
    return { ...plainTraits, type: 'ARRAY', items: this.read(items, required) };
  }

  #objectOf(part: SchemaPart, object: ObjectKind): Base {
    if (part.keywords.get(connectProperty.type) === 'map') {
      if (object.additional === null) throw noSchema('map without additionalProperties');
      return plain({ ...plainTraits, type: 'MAP', keys: stringSchema, values: this.read(object.additional, required) });
    }
    const properties = inOrderOfIndex(object.properties);
    return { kind: 'struct', draft: this.#structOf(part, properties, object.required) };
  }

  #structOf(
    part: SchemaPart,
    properties: readonly (readonly [string, SchemaPart])[],
    requiredNames: ReadonlySet<string>,
  ): StructDraft {
    const draft = new StructDraft();
    this.#drafts.set(part, draft);
    for (const [name, property] of properties) {
      const isOptional = this.#options.usesOptionalForNonRequired && !requiredNames.has(name);
      draft.add({ name, schema: this.read(property, { version: null, isOptional }) });
    }
    return draft;
  }

  #combined(part: SchemaPart, kind: Extract<SchemaKind, { kind: 'combined' }>, place: Place): Base {
    const [first, ...others] = kind.parts;
    if (first !== undefined && others.length === 0 && this.#options.flattensSingletonUnions) {
      return finished(this.read(first, required));
    }
    if (kind.criterion === 'allOf') return finished(this.#allOf(part, kind.parts, place));
    const name = this.#options.hasGeneralizedSums ? `${generalizedUnionName}${this.#unions++}` : oneOfName;
    const present = kind.parts.filter(one => one.kind.kind !== 'null');
    const [only] = present;
    if (only !== undefined && kind.parts.length === 2 && present.length === 1) {
      return finished(this.read(only, { ...place, isOptional: true }));
    }
    const fieldPrefix = this.#options.hasGeneralizedSums ? `${generalizedUnionName}field_` : `${name}.field.`;
    const fields = present.map((one, index): Field => ({
      name: `${fieldPrefix}${index}`,
      schema: this.read(one, { version: null, isOptional: true }),
    }));
    const parameters = this.#options.hasGeneralizedSums ? new Map([[generalizedUnion, name]]) : null;
    const isOptional = present.length < kind.parts.length;
    return plain({ ...plainTraits, type: 'STRUCT', fields, name, parameters, isOptional });
  }

  /** The properties of all parts together; else what one part says best of the others. */
  #allOf(part: SchemaPart, parts: readonly SchemaPart[], place: Place): Schema {
    const properties = new Map<string, SchemaPart>();
    const requiredNames = new Map<string, boolean>();
    for (const one of parts) collectProperties(one, { properties, requiredNames, seen: new Set() });
    if (properties.size > 0) {
      const names = new Set([...requiredNames].filter(([, isRequired]) => isRequired).map(([name]) => name));
      return this.#structOf(part, [...properties], names).set({ isOptional: place.isOptional }).schema;
    }
    const last = (kind: SchemaKind['kind']): SchemaPart | undefined => parts.findLast(one => one.kind.kind === kind);
    const [string, number] = [last('string'), last('number')];
    const chosen =
      last('combined') ?? choosePrimitive({ string, number, constant: last('const'), symbols: last('enum') });
    if (chosen !== undefined) return this.read(chosen, place);
    const reference = last('reference');
    if (reference?.kind.kind === 'reference' && last('const') === undefined && last('enum') === undefined) {
      return this.#referred(reference.kind.target(), place);
    }
    throw noSchema('allOf');
  }

  #referred(target: SchemaPart, place: Place): Schema {
    const draft = this.#drafts.get(target);
    if (draft === undefined) return this.read(target, place);
    this.#ids += 1;
    draft.setParameter(idParameter, `#id${this.#ids}`);
    return draft.viewFrom({ isOptional: place.isOptional });
  }

  #traitsOf(keywords: JsonObject, schema: Schema, place: Place): SchemaTraits {
    const [title, doc, version, parameters, fallback] = [
      keywords.get('title'),
      keywords.get('description'),
      keywords.get(connectProperty.version),
      keywords.get(connectProperty.parameters),
      keywords.get('default'),
    ];
    const traits = {
      isOptional: schema.isOptional || place.isOptional,
      name: schema.name ?? (typeof title === 'string' ? title : null),
      version: version instanceof JsonNumber ? version.toNumber() : place.version,
      doc: typeof doc === 'string' ? doc : null,
      parameters: mergeParameters(schema.parameters, parameters),
    };
    const isDefault = fallback !== undefined && fallback !== null;
    const defaultValue = isDefault ? valueFromNode({ ...schema, ...traits }, fallback, this.#options) : undefined;
    return { ...traits, defaultValue: defaultValue ?? undefined };
  }
}

/** Deepest nesting that is read (I7). */
const maxDepth = 200;

const required: Place = { version: null, isOptional: false };

function plain(schema: Schema): Base {
  return { kind: 'plain', schema };
}

function finished(schema: Schema): Base {
  return { kind: 'finished', schema };
}

const numberTypes: ReadonlyMap<string, PrimitiveType> = new Map([
  ['int8', 'INT8'],
  ['int16', 'INT16'],
  ['int32', 'INT32'],
  ['int64', 'INT64'],
  ['float32', 'FLOAT32'],
  ['float64', 'FLOAT64'],
  // A decimal that is written as a number.
  ['bytes', 'BYTES'],
]);

function numberType(isInteger: boolean, keywords: JsonObject): PrimitiveType {
  const name = keywords.get(connectProperty.type);
  if (typeof name !== 'string') return isInteger ? 'INT64' : 'FLOAT64';
  const type = numberTypes.get(name);
  if (type === undefined) throw noSchema(`number of ${connectProperty.type} '${name}'`);
  return type;
}

/** What a text or a number is beside a constant or an enum: of these, only an enum of texts is kept. */
function choosePrimitive(parts: {
  readonly string: SchemaPart | undefined;
  readonly number: SchemaPart | undefined;
  readonly constant: SchemaPart | undefined;
  readonly symbols: SchemaPart | undefined;
}): SchemaPart | undefined {
  const { string, number, constant, symbols } = parts;
  if (constant !== undefined) return string ?? number;
  if (symbols !== undefined) return string === undefined ? number : symbols;
  const hasFormat = string?.kind.kind === 'string' && string.kind.hasFormat;
  return hasFormat ? (number ?? string) : undefined;
}

function collectProperties(
  part: SchemaPart,
  found: {
    readonly properties: Map<string, SchemaPart>;
    readonly requiredNames: Map<string, boolean>;
    readonly seen: Set<SchemaPart>;
  },
): void {
  if (found.seen.has(part)) return;
  found.seen.add(part);
  const { kind } = part;
  if (kind.kind === 'combined' && kind.criterion === 'allOf') {
    for (const one of kind.parts) collectProperties(one, found);
  } else if (kind.kind === 'reference') {
    collectProperties(kind.target(), found);
  } else if (kind.kind === 'object') {
    for (const [name, property] of kind.object.properties) {
      found.properties.set(name, property);
      found.requiredNames.set(name, kind.object.required.has(name));
    }
  }
}

/** By `connect.index`; a property without one takes the next place, and of two for one place the last stays. */
function inOrderOfIndex(properties: ReadonlyMap<string, SchemaPart>): readonly (readonly [string, SchemaPart])[] {
  const byIndex = new Map<number, readonly [string, SchemaPart]>();
  for (const [name, part] of properties) {
    const index = part.keywords.get(connectProperty.index);
    byIndex.set(index instanceof JsonNumber ? index.toNumber() : byIndex.size, [name, part]);
  }
  return [...byIndex].sort(([a], [b]) => a - b).map(([, property]) => property);
}

function mergeParameters(
  own: ReadonlyMap<string, string> | null,
  node: JsonNode | undefined,
): ReadonlyMap<string, string> | null {
  if (!isJsonObject(node)) return own;
  const added = [...node].map(([key, value]): [string, string] => [
    key,
    typeof value === 'string' ? value : writeJson(value),
  ]);
  return new Map([...(own ?? []), ...added]);
}

function noSchema(what: string): ConnectError {
  return new ConnectError('SCHEMA_INVALID', `A JSON Schema of kind '${what}' has no Connect schema`);
}
