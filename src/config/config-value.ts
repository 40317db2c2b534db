import { Password } from './password.ts';
import { trimAsJava } from './java-text.ts';
import type { ConfigType, ConfigValue } from './config-key.ts';

/** Outcome of {@link parseConfigValue}: the value, or what is wrong with the text. */
export type ParseOutcome =
  { readonly ok: true; readonly value: ConfigValue } | { readonly ok: false; readonly reason: string };

/**
 * Reads a value from its text as Kafka does: trimmed, booleans in any case, lists split at commas.
 *
 * @see `ConfigDef#parseType` in Kafka.
 */
export function parseConfigValue(type: ConfigType, text: string): ParseOutcome {
  const trimmed = trimAsJava(text);
  switch (type) {
    case 'BOOLEAN':
      return parseBoolean(trimmed);
    case 'STRING':
    case 'CLASS':
      return { ok: true, value: trimmed };
    case 'PASSWORD':
      return { ok: true, value: new Password(trimmed) };
    case 'LIST':
      return { ok: true, value: trimmed === '' ? [] : trimmed.split(/[ \t\n\v\f\r]*,[ \t\n\v\f\r]*/) };
    case 'SHORT':
      return parseInteger(trimmed, { type, bits: 16n });
    case 'INT':
      return parseInteger(trimmed, { type, bits: 32n });
    case 'LONG':
      return parseInteger(trimmed, { type, bits: 64n });
    case 'DOUBLE':
      return parseDouble(trimmed);
  }
}

/** The value as text, as Kafka's REST answers show it: lists joined by commas, passwords hidden, null for none. */
export function formatConfigValue(value: ConfigValue): string | null {
  if (value === null) return null;
  if (isList(value)) return value.join(',');
  return String(value);
}

/** The value as Java's string conversion shows it within a message: lists in brackets, passwords hidden. */
export function describeConfigValue(value: ConfigValue, type: ConfigType): string {
  if (value === null) return 'null';
  if (isList(value)) return `[${value.join(', ')}]`;
  if (type === 'DOUBLE' && Number.isInteger(value)) return `${String(value)}.0`;
  return String(value);
}

/** Whether the value is a LIST's. */
export function isList(value: ConfigValue): value is readonly string[] {
  return Array.isArray(value);
}

/** Kafka's text for a value that breaks a rule. */
export function invalidValueText(name: string, valueText: string, reason: string): string {
  return `Invalid value ${valueText} for configuration ${name}: ${reason}`;
}

function parseBoolean(text: string): ParseOutcome {
  switch (text.toLowerCase()) {
    case 'true':
      return { ok: true, value: true };
    case 'false':
      return { ok: true, value: false };
    default:
      return { ok: false, reason: 'Expected value to be either true or false' };
  }
}

function parseInteger(text: string, kind: { readonly type: ConfigType; readonly bits: bigint }): ParseOutcome {
  if (!/^[+-]?[0-9]+$/.test(text)) return notANumber(kind.type);
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  const limit = 1n << (kind.bits - 1n);
  if (value >= limit || value < -limit) return notANumber(kind.type);
  const plain = Number(value);
  return { ok: true, value: Number.isSafeInteger(plain) ? plain : value };
}

function parseDouble(text: string): ParseOutcome {
  const match = /^([+-]?)(NaN|Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[fFdD]?$/.exec(text);
  if (match === null) return notANumber('DOUBLE');
  const magnitude = Number(match[2]);
  return { ok: true, value: match[1] === '-' ? -magnitude : magnitude };
}

function notANumber(type: ConfigType): ParseOutcome {
  return { ok: false, reason: `Not a number of type ${type}` };
}
