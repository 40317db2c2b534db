import assert from 'node:assert/strict';
import { ConfigError, type FieldViolation } from '../errors/connect-error.ts';
import type { ConfigKey, ConfigKeySpec, ConfigValue } from './config-key.ts';
import { describeConfigValue, invalidValueText, parseConfigValue } from './config-value.ts';
import { ParsedConfig, type ConfigMap } from './parsed-config.ts';
import { hiddenText } from './password.ts';

/** What validation found for one key. */
export interface KeyResult {
  readonly name: string;
  /** The parsed value; null when unset or not parseable. */
  readonly value: ConfigValue;
  readonly recommendedValues: readonly ConfigValue[];
  /** Kafka's texts, in the order found; empty when the value is good. */
  readonly errors: readonly string[];
  /** Whether the key matters, given the values of the others. */
  readonly visible: boolean;
}

/**
 * The keys that a configuration may have, each declared once; parsing, validation and documentation follow from it.
 *
 * @see `org.apache.kafka.common.config.ConfigDef`, whose message texts this class repeats letter for letter.
 */
export class ConfigDef {
  readonly #keys = new Map<string, ConfigKey>();

  /** Declares a key. A key that is declared twice, or has a default that its own rules refuse, is a fault of the caller's. */
  define(spec: ConfigKeySpec): this {
    assert(!this.#keys.has(spec.name), `Configuration ${spec.name} is defined twice.`);
    this.#keys.set(spec.name, toConfigKey(spec));
    return this;
  }

  /** Declares several keys, in order. */
  defineAll(specs: Iterable<ConfigKeySpec>): this {
    for (const spec of specs) this.define(spec);
    return this;
  }

  /** A definition with these keys as well. */
  extend(specs: Iterable<ConfigKeySpec>): ConfigDef {
    const extended = new ConfigDef();
    for (const [name, key] of this.#keys) extended.#keys.set(name, key);
    return extended.defineAll(specs);
  }

  /** The declared keys, in the order of their declaration. */
  get keys(): ReadonlyMap<string, ConfigKey> {
    return this.#keys;
  }

  /** Groups in the order in which they first occur. */
  get groups(): readonly string[] {
    return [...new Set([...this.#keys.values()].flatMap(key => key.group ?? []))];
  }

  /**
   * Typed values of `props`; keys that are not declared stay reachable as originals.
   *
   * @throws {ConfigError} with every wrong key, not only the first.
   */
  parse(props: ConfigMap): ParsedConfig {
    const values = new Map<string, ConfigValue>();
    const violations: FieldViolation[] = [];
    for (const key of this.#keys.values()) {
      const { value, errors } = evaluate(key, props.get(key.name));
      values.set(key.name, value);
      const [message] = errors;
      if (message !== undefined) violations.push({ key: key.name, message });
    }
    if (violations.length > 0) throw toConfigError(violations);
    return new ParsedConfig({ originals: props, values, keys: this.#keys });
  }

  /**
   * What is right and wrong with `props`, for every declared key, in the order of declaration. Never throws.
   *
   * @see `ConfigDef#validate`: a value that cannot be parsed also meets its validator as null and may so have two errors.
   */
  validate(props: ConfigMap): KeyResult[] {
    const found = new Map([...this.#keys.values()].map(key => [key.name, evaluate(key, props.get(key.name))]));
    const parsed = new Map([...found].map(([name, { value }]) => [name, value]));
    return [...this.#keys.values()].map(key => {
      const { value, errors } = found.get(key.name) ?? { value: null, errors: [] };
      return {
        name: key.name,
        value,
        recommendedValues: key.recommender?.validValues(key.name, parsed) ?? [],
        errors,
        visible: key.recommender?.isVisible(key.name, parsed) ?? true,
      };
    });
  }
}

/** The error for wrong values: the violation's own text when there is one, a list of them otherwise. */
export function toConfigError(violations: readonly FieldViolation[]): ConfigError {
  const [first] = violations;
  if (first !== undefined && violations.length === 1) return new ConfigError(first.message, violations);
  const lines = violations.map(violation => `\n${violation.message}`).join('');
  return new ConfigError(`Configuration is invalid and contains the following ${violations.length} error(s):${lines}`, [
    ...violations,
  ]);
}

/** Kafka's text for a required key that was not given. */
export function missingKeyText(name: string): string {
  return `Missing required configuration "${name}" which has no default value.`;
}

function evaluate(
  key: ConfigKey,
  text: string | undefined,
): { readonly value: ConfigValue; readonly errors: readonly string[] } {
  const errors: string[] = [];
  let value: ConfigValue = null;
  if (text !== undefined) {
    const outcome = parseConfigValue(key.type, text);
    if (outcome.ok) value = outcome.value;
    else errors.push(invalidValueText(key.name, key.type === 'PASSWORD' ? hiddenText : text, outcome.reason));
  } else if (key.isRequired) {
    errors.push(missingKeyText(key.name));
  } else {
    value = key.defaultValue;
  }
  const reason = key.validator?.check(value);
  if (reason !== undefined) errors.push(invalidValueText(key.name, describeConfigValue(value, key.type), reason));
  return { value, errors };
}

function toConfigKey(spec: ConfigKeySpec): ConfigKey {
  const isRequired = spec.default === undefined;
  const defaultValue = spec.default === undefined ? null : toParsed(spec, spec.default);
  const reason = isRequired ? undefined : spec.validator?.check(defaultValue);
  assert(reason === undefined, `The default of configuration ${spec.name} is not valid: ${String(reason)}`);
  return {
    name: spec.name,
    type: spec.type,
    isRequired,
    defaultValue,
    validator: spec.validator ?? null,
    importance: spec.importance,
    documentation: spec.documentation,
    group: spec.group ?? null,
    orderInGroup: spec.orderInGroup ?? -1,
    width: spec.width ?? 'NONE',
    displayName: spec.displayName ?? spec.name,
    dependents: spec.dependents ?? [],
    recommender: spec.recommender ?? null,
  };
}

/** A default that is declared as text is read as a given text would be. */
function toParsed(spec: ConfigKeySpec, value: ConfigValue): ConfigValue {
  if (typeof value !== 'string') return value;
  const outcome = parseConfigValue(spec.type, value);
  assert(outcome.ok, `The default of configuration ${spec.name} cannot be read as ${spec.type}`);
  return outcome.value;
}
