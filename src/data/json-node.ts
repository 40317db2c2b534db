/**
 * JSON without loss: numbers keep the digits they were written with, because Connect data tells 64-bit integers from floating
 * point numbers and JavaScript's own parser does not.
 */

/** A number of a JSON text, as it stands there. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** Whether it is written without point and exponent. */
  get isIntegral(): boolean {
    return /^-?[0-9]+$/.test(this.text);
  }

  /** Its value as a floating point number. */
  toNumber(): number {
    return Number(this.text);
  }

  /** Its value as an integer, fractions cut off. Bounded: a number beyond what a FLOAT64 holds counts as 0. */
  toBigInt(): bigint {
    if (this.isIntegral) return BigInt(this.text);
    const whole = Math.trunc(Number(this.text));
    return Number.isFinite(whole) ? BigInt(whole) : 0n;
  }
}

/** A JSON value. */
export type JsonNode = null | boolean | string | JsonNumber | readonly JsonNode[] | JsonObject;

/** A JSON object; keys in their order, the last value of a repeated key. */
export type JsonObject = ReadonlyMap<string, JsonNode>;

/** Whether the node is an object. */
export function isJsonObject(node: JsonNode | undefined): node is JsonObject {
  return node instanceof Map;
}

/** Whether the node is a list. */
export function isJsonArray(node: JsonNode | undefined): node is readonly JsonNode[] {
  return Array.isArray(node);
}
