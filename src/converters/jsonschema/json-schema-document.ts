/**
 * A JSON Schema as what kinds of schema it is made of, in the way of draft 7. Several keywords that each say something by themselves,
 * such as `type` beside `enum`, are an `allOf` of what each says.
 *
 * @see `SchemaLoader` of everit-json-schema, which Confluent's converter reads schemas with.
 */
import { inJavaHashOrder } from '../../data/java-hash-order.ts';
import { isJsonArray, isJsonObject, type JsonNode, type JsonObject } from '../../data/json-node.ts';
import { JsonReader } from '../../data/json-reader.ts';
import { ConnectError } from '../../errors/connect-error.ts';

/** How the parts of a combined schema belong together. */
export type Criterion = 'allOf' | 'anyOf' | 'oneOf';

/** One kind of schema. */
export type SchemaKind =
  | { readonly kind: 'boolean' | 'null' | 'empty' }
  | { readonly kind: 'number'; readonly isInteger: boolean }
  | { readonly kind: 'string'; readonly hasFormat: boolean }
  | { readonly kind: 'enum'; readonly symbols: readonly JsonNode[] }
  | { readonly kind: 'const'; readonly symbols: readonly JsonNode[] }
  | { readonly kind: 'combined'; readonly criterion: Criterion; readonly parts: readonly SchemaPart[] }
  | { readonly kind: 'array'; readonly items: SchemaPart | null }
  | { readonly kind: 'object'; readonly object: ObjectKind }
  /** Another schema, by which it stands; found when it is first looked at. */
  | { readonly kind: 'reference'; readonly target: () => SchemaPart }
  | { readonly kind: 'other'; readonly name: string };

/** A schema of objects. */
export interface ObjectKind {
  /** In the order in which Java's `HashMap` has them, which is the order of a struct's fields. */
  readonly properties: ReadonlyMap<string, SchemaPart>;
  readonly required: ReadonlySet<string>;
  /** Schema of properties that are not named; null if it says nothing. */
  readonly additional: SchemaPart | null;
}

/** A schema within a JSON Schema, or the whole of it. */
export interface SchemaPart {
  readonly kind: SchemaKind;
  /** Its keywords; none for parts that a schema was taken apart into. */
  readonly keywords: JsonObject;
}

/**
 * Reads a JSON Schema.
 *
 * @param text the schema.
 * @param others texts of the schemas that it refers to, by the name that it has for each.
 * @throws {ConnectError} SCHEMA_INVALID.
 */
export function parseJsonSchema(text: string, others: ReadonlyMap<string, string>): SchemaPart {
  return new Documents(others).open(text, '').part('');
}

class Documents {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #open = new Map<string, SchemaDocument>();

  constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts;
  }

  open(text: string, name: string): SchemaDocument {
    const document = new SchemaDocument(readDocument(text), this);
    this.#open.set(name, document);
    return document;
  }

  /** The document that is known under a name, or under the end of one: names are often addresses. */
  find(address: string): SchemaDocument {
    const known = this.#open.get(address);
    if (known !== undefined) return known;
    const name = [...this.#texts.keys()].find(one => one === address || address.endsWith(`/${one}`));
    const text = name === undefined ? undefined : this.#texts.get(name);
    if (text === undefined) throw invalid(`it refers to '${address}', which is none of its references`);
    return this.open(text, address);
  }
}

class SchemaDocument {
  readonly #root: JsonNode;
  readonly #documents: Documents;
  /** Parts by the node that they are of, so that what is referred to twice is one part. */
  readonly #parts = new Map<JsonNode, SchemaPart>();

  constructor(root: JsonNode, documents: Documents) {
    this.#root = root;
    this.#documents = documents;
  }

  /** @param fragment what stands behind the `#` of a reference. */
  part(fragment: string): SchemaPart {
    const node = fragment === '' || fragment.startsWith('/') ? this.#at(fragment) : findId(this.#root, `#${fragment}`);
    if (node === undefined) throw invalid(`nothing stands at '#${fragment}'`);
    return this.#partOf(node);
  }

  #at(pointer: string): JsonNode | undefined {
    let node: JsonNode | undefined = this.#root;
    for (const step of pointer.split('/').slice(1)) {
      const key = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
      if (isJsonArray(node)) node = node[Number(key)];
      else node = isJsonObject(node) ? node.get(key) : undefined;
    }
    return node;
  }

  #partOf(node: JsonNode): SchemaPart {
    const known = isJsonObject(node) ? this.#parts.get(node) : undefined;
    if (known !== undefined) return known;
    const part = isJsonObject(node) ? { kind: this.#kindOf(node), keywords: node } : bare(constantKind(node));
    if (isJsonObject(node)) this.#parts.set(node, part);
    return part;
  }

  #kindOf(node: JsonObject): SchemaKind {
    const reference = node.get('$ref');
    if (typeof reference === 'string') return this.#reference(reference);
    const kinds = [...this.#valueKinds(node), ...this.#combinedKinds(node), ...this.#typeKinds(node)];
    const [first] = kinds;
    if (first === undefined) return { kind: 'empty' };
    return kinds.length === 1 ? first : { kind: 'combined', criterion: 'allOf', parts: kinds.map(bare) };
  }

  #reference(reference: string): SchemaKind {
    const [address = '', fragment = ''] = reference.split('#');
    let found: SchemaPart | undefined;
    const target = (): SchemaPart => {
      const document = address === '' ? this : this.#documents.find(address);
      found ??= document.part(fragment);
      return found;
    };
    return { kind: 'reference', target };
  }

  *#valueKinds(node: JsonObject): Generator<SchemaKind> {
    const [symbols, constant] = [node.get('enum'), node.get('const')];
    if (isJsonArray(symbols)) yield { kind: 'enum', symbols };
    if (constant !== undefined) yield { kind: 'const', symbols: [constant] };
    if (node.has('not')) yield { kind: 'other', name: 'not' };
    if (node.has('if')) yield { kind: 'other', name: 'if' };
  }

  *#combinedKinds(node: JsonObject): Generator<SchemaKind> {
    for (const criterion of ['allOf', 'anyOf', 'oneOf'] as const) {
      const parts = node.get(criterion);
      if (isJsonArray(parts)) yield { kind: 'combined', criterion, parts: parts.map(part => this.#partOf(part)) };
    }
  }

  *#typeKinds(node: JsonObject): Generator<SchemaKind> {
    const type = node.get('type');
    if (isJsonArray(type)) {
      const parts = type.map(one => bare(this.#typeKind(typeof one === 'string' ? one : '', node)));
      yield { kind: 'combined', criterion: 'anyOf', parts };
      return;
    }
    const name = typeof type === 'string' ? type : sniffType(node);
    if (name !== undefined) yield this.#typeKind(name, node);
  }

  #typeKind(name: string, node: JsonObject): SchemaKind {
    switch (name) {
      case 'boolean':
      case 'null':
        return { kind: name };
      case 'integer':
      case 'number':
        return { kind: 'number', isInteger: name === 'integer' };
      case 'string':
        return { kind: 'string', hasFormat: node.has('format') };
      case 'array': {
        const items = node.get('items');
        // A list of schemas, one for each place, says nothing of all items.
        return { kind: 'array', items: items === undefined || isJsonArray(items) ? null : this.#partOf(items) };
      }
      case 'object':
        return { kind: 'object', object: this.#objectOf(node) };
      default:
        throw invalid(`its type '${name}' does not exist`);
    }
  }

  #objectOf(node: JsonObject): ObjectKind {
    const [properties, required, additional] = ['properties', 'required', 'additionalProperties'].map(key =>
      node.get(key),
    );
    const nodes = isJsonObject(properties) ? properties : noKeywords;
    return {
      properties: new Map([...inJavaHashOrder(nodes)].map(([name, part]) => [name, this.#partOf(part)])),
      required: new Set(isJsonArray(required) ? required.filter(name => typeof name === 'string') : []),
      additional: isJsonObject(additional) ? this.#partOf(additional) : null,
    };
  }
}

const noKeywords: JsonObject = new Map();

function bare(kind: SchemaKind): SchemaPart {
  return { kind, keywords: noKeywords };
}

/** `true` takes anything, `false` nothing. */
function constantKind(node: JsonNode): SchemaKind {
  if (node === true) return { kind: 'empty' };
  if (node === false) return { kind: 'other', name: 'false' };
  throw invalid('a schema within it is neither an object nor true or false');
}

const keywordsByType: readonly (readonly [string, readonly string[]])[] = [
  ['string', ['minLength', 'maxLength', 'pattern', 'format']],
  ['array', ['items', 'additionalItems', 'minItems', 'maxItems', 'uniqueItems', 'contains']],
  ['number', ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']],
  [
    'object',
    [
      'properties',
      'required',
      'minProperties',
      'maxProperties',
      'dependencies',
      'patternProperties',
      'additionalProperties',
      'propertyNames',
    ],
  ],
];

/** The type that keywords speak of where none is named. */
function sniffType(node: JsonObject): string | undefined {
  return keywordsByType.find(([, keywords]) => keywords.some(keyword => node.has(keyword)))?.[0];
}

function findId(node: JsonNode, id: string): JsonNode | undefined {
  if (isJsonObject(node)) {
    const anchor = node.get('$anchor');
    if (node.get('$id') === id || node.get('id') === id || (typeof anchor === 'string' && `#${anchor}` === id))
      return node;
  }
  for (const child of isJsonObject(node) ? node.values() : isJsonArray(node) ? node : []) {
    const found = findId(child, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

function readDocument(text: string): JsonNode {
  const reader = new JsonReader(text);
  const root = reader.readValue();
  if (reader.isAtEnd()) return root;
  throw invalid('more text follows it');
}

function invalid(reason: string): ConnectError {
  return new ConnectError('SCHEMA_INVALID', `A JSON Schema is not valid: ${reason}`);
}
