import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { isJsonArray, isJsonObject, JsonNumber, type JsonNode } from '../../data/json-node.ts';
import { JsonReader } from '../../data/json-reader.ts';
import { ConnectError, messageOf } from '../../errors/connect-error.ts';

/**
 * Checks data against a JSON Schema, by the rules of draft 7 (`json.fail.invalid.schema`). Formats, such as `date-time`, are not
 * checked.
 */
export class JsonSchemaValidator {
  readonly #validate: ValidateFunction;

  /**
   * @param references texts of the schemas that it refers to, by the name that it has for each.
   * @throws {ConnectError} SCHEMA_INVALID.
   */
  constructor(text: string, references: ReadonlyMap<string, string>) {
    const ajv = new Ajv({
      strict: false,
      validateSchema: false,
      validateFormats: false,
      logger: false,
      allErrors: false,
    });
    try {
      for (const [name, other] of references) ajv.addSchema(toSchema(other), name);
      this.#validate = ajv.compile(toSchema(text));
    } catch (error) {
      throw new ConnectError('SCHEMA_INVALID', `A JSON Schema is not valid: ${messageOf(error)}`, { cause: error });
    }
  }

  /** @throws {ConnectError} DATA_INVALID, which tells the place and the rule, and none of the data (I9). */
  check(node: JsonNode): void {
    if (this.#isValid(node)) return;
    const [first] = this.#validate.errors ?? [];
    throw new ConnectError('DATA_INVALID', `JSON does not match schema of type JSON: ${describe(first)}`);
  }

  #isValid(node: JsonNode): boolean {
    try {
      return this.#validate(plainOf(node, false));
    } catch (error) {
      // A schema that refers to itself and to nothing else goes round until the stack ends.
      throw new ConnectError('DATA_INVALID', `JSON cannot be checked: ${messageOf(error)}`, { cause: error });
    }
  }
}

function describe(error: ErrorObject | undefined): string {
  if (error === undefined) return 'it is not valid';
  return `${error.instancePath === '' ? 'it' : `'${error.instancePath}'`} ${error.message ?? 'is not valid'} (${error.schemaPath})`;
}

/** What is data within a schema, where `id` is no keyword. */
const dataKeywords: ReadonlySet<string> = new Set(['default', 'const', 'enum', 'examples']);

/** The node as the library takes it. In a schema `id` becomes `$id`, as later drafts spell it. */
function toSchema(text: string): object | boolean {
  const plain = plainOf(new JsonReader(text).readValue(), true);
  if (typeof plain === 'boolean' || (typeof plain === 'object' && plain !== null)) return plain;
  throw new TypeError('it is neither an object nor true or false');
}

function plainOf(node: JsonNode, isSchema: boolean): unknown {
  if (node instanceof JsonNumber) return node.toNumber();
  if (isJsonArray(node)) return node.map(item => plainOf(item, isSchema));
  if (!isJsonObject(node)) return node;
  const entries = [...node].map(([key, item]) => {
    const name = isSchema && key === 'id' && typeof item === 'string' ? '$id' : key;
    return [name, plainOf(item, isSchema && !dataKeywords.has(key))];
  });
  return Object.fromEntries(entries);
}
