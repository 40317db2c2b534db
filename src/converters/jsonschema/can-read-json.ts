import { isJsonArray, isJsonObject, JsonNumber, type JsonNode, type JsonObject } from '../../data/json-node.ts';

/**
 * Whether data of one JSON Schema is read with another, as far as the schemas are plain: objects, lists, numbers, and choices by
 * `oneOf` or `anyOf`. All else has to be the same in both, but for what says nothing of the data, such as titles. Never true where
 * Confluent's converter says no.
 *
 * @param target the schema to read with.
 * @param own the schema of the data.
 * @see `SchemaDiff` of Confluent, with its strict policy.
 */
export function canReadJson(target: JsonNode, own: JsonNode): boolean {
  const [plainTarget, plainOwn] = [withoutNotes(target), withoutNotes(own)];
  if (areSame(plainTarget, plainOwn)) return true;
  // What a reference means depends on the rest of its schema.
  return !hasReference(plainTarget) && !hasReference(plainOwn) && reads(plainTarget, plainOwn);
}

const notes: ReadonlySet<string> = new Set([
  ...['$schema', '$id', 'id', '$comment', 'title', 'description', 'examples', 'readOnly', 'writeOnly', 'deprecated'],
]);
/** Keywords whose value is an object of schemas by names that are not keywords. */
const byName: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'definitions',
  '$defs',
  'dependencies',
]);
/** Keywords whose value is data. */
const ofData: ReadonlySet<string> = new Set(['enum', 'const']);

function withoutNotes(schema: JsonNode): JsonNode {
  if (isJsonArray(schema)) return schema.map(withoutNotes);
  if (!isJsonObject(schema)) return schema;
  const kept = [...schema].filter(([key]) => !notes.has(key) && !key.startsWith('connect.'));
  return new Map(
    kept.map(([key, value]) => {
      if (ofData.has(key)) return [key, value];
      const isByName = byName.has(key) && isJsonObject(value);
      return [
        key,
        isByName ? new Map([...value].map(([name, one]) => [name, withoutNotes(one)])) : withoutNotes(value),
      ];
    }),
  );
}

function reads(target: JsonNode, own: JsonNode): boolean {
  if (target === true || own === false) return true;
  if (!isJsonObject(target) || !isJsonObject(own)) return isJsonObject(target) && constraints(target).size === 0;
  if (constraints(target).size === 0 || areSameBut(target, own, [])) return true;
  const choice = ['oneOf', 'anyOf'].find(key => target.has(key));
  if (choice !== undefined) return choosesFor(target, own, choice);
  const type = target.get('type');
  if (type === 'object') return readsObject(target, own);
  if (type === 'array') {
    return reads(target.get('items') ?? true, own.get('items') ?? true) && areSameBut(target, own, ['items']);
  }
  return type === 'number' && own.get('type') === 'integer' && areSameBut(target, own, ['type']);
}

/** A choice reads one that it has a branch of its own for each branch of, and what one branch reads. */
function choosesFor(target: JsonObject, own: JsonObject, choice: string): boolean {
  const branches = target.get(choice);
  if (!isJsonArray(branches) || constraints(target).size > 1) return false;
  const ownBranches = own.get(choice);
  if (ownBranches === undefined) return branches.some(branch => reads(branch, own));
  if (!isJsonArray(ownBranches) || constraints(own).size > 1) return false;
  const free = [...branches];
  return ownBranches.every(ownBranch => {
    const index = free.findIndex(branch => reads(branch, ownBranch));
    if (index >= 0) free.splice(index, 1);
    return index >= 0;
  });
}

function readsObject(target: JsonObject, own: JsonObject): boolean {
  const [properties, ownProperties] = [propertiesOf(target), propertiesOf(own)];
  const [others, ownOthers] = [target.get('additionalProperties') ?? true, own.get('additionalProperties') ?? true];
  const [required, ownRequired] = [requiredOf(target), requiredOf(own)];
  for (const name of new Set([...properties.keys(), ...ownProperties.keys()])) {
    const [property, ownProperty] = [properties.get(name) ?? others, ownProperties.get(name) ?? ownOthers];
    if (!reads(property, ownProperty)) return false;
    const hasDefault = isJsonObject(property) && property.has('default');
    if (required.includes(name) && !ownRequired.includes(name) && !hasDefault) return false;
  }
  // To require what no property describes, and to describe what was open, is not plain.
  const isDescribed = required.every(name => typeof name === 'string' && properties.has(name));
  if (!isDescribed || (ownOthers === true && others !== true) || unplain.some(key => target.has(key))) return false;
  return reads(others, ownOthers) && areSameBut(target, own, ['properties', 'additionalProperties', 'required']);
}

const unplain = ['patternProperties', 'unevaluatedProperties'] as const;

function propertiesOf(schema: JsonObject): JsonObject {
  const properties = schema.get('properties');
  return isJsonObject(properties) ? properties : new Map<string, JsonNode>();
}

function requiredOf(schema: JsonObject): readonly JsonNode[] {
  const required = schema.get('required');
  return isJsonArray(required) ? required : [];
}

/** What a schema asks of data. */
function constraints(schema: JsonObject): JsonObject {
  return new Map([...schema].filter(([key]) => key !== 'default'));
}

function areSameBut(one: JsonObject, other: JsonObject, keys: readonly string[]): boolean {
  const rest = (schema: JsonObject): JsonObject =>
    new Map([...constraints(schema)].filter(([key]) => !keys.includes(key)));
  return areSame(rest(one), rest(other));
}

/** Whether they are the same but for the order of keys. */
function areSame(one: JsonNode, other: JsonNode): boolean {
  if (isJsonArray(one)) {
    return (
      isJsonArray(other) && one.length === other.length && one.every((item, at) => areSame(item, other[at] ?? null))
    );
  }
  if (isJsonObject(one)) {
    const isIn = ([key, value]: readonly [string, JsonNode]): boolean =>
      isJsonObject(other) && other.has(key) && areSame(value, other.get(key) ?? null);
    return isJsonObject(other) && one.size === other.size && [...one].every(isIn);
  }
  if (one instanceof JsonNumber) return other instanceof JsonNumber && one.text === other.text;
  return one === other;
}

function hasReference(schema: JsonNode): boolean {
  if (isJsonArray(schema)) return schema.some(hasReference);
  if (!isJsonObject(schema)) return false;
  return [...schema].some(([key, value]) => key.startsWith('$') || hasReference(value));
}
