import { isList } from './config-value.ts';
import type { ConfigValue, Validator } from './config-key.ts';

/** Numbers from `min` on. */
export function atLeast(min: number): Validator {
  return range(min, undefined);
}

/** Numbers from `min` to `max`, both included. */
export function between(min: number, max: number): Validator {
  return range(min, max);
}

/** One of the texts, letter for letter. */
export function oneOf(...allowed: readonly string[]): Validator {
  return validator(`[${allowed.join(', ')}]`, value => checkOneOf(value, allowed));
}

/** One of the texts in any case. */
export function oneOfIgnoringCase(...allowed: readonly string[]): Validator {
  const upper = allowed.map(text => text.toUpperCase());
  const list = upper.join(', ');
  return validator(`(case insensitive) [${list}]`, value =>
    typeof value === 'string' && upper.includes(value.toUpperCase())
      ? undefined
      : `String must be one of (case insensitive): ${list}`,
  );
}

/** A list of nothing but the texts. */
export function listOf(...allowed: readonly string[]): Validator {
  return validator(`[${allowed.join(', ')}]`, value =>
    isList(value) ? firstReason(value, item => checkOneOf(item, allowed)) : undefined,
  );
}

/** A list of aliases that are all different. */
export function uniqueList(description: string): Validator {
  return validator(description, value =>
    isList(value) && new Set(value).size !== value.length ? 'Duplicate alias provided.' : undefined,
  );
}

/** A list of at most `max` items. */
export function listOfAtMost(max: number): Validator {
  return validator(`List containing maximum of ${max} elements`, value =>
    isList(value) && value.length > max ? `exceeds maximum list size of [${max}].` : undefined,
  );
}

/** Any value but none. */
export function nonNull(): Validator {
  return validator('non-null string', value => (value === null ? 'entry must be non null' : undefined));
}

/** A text that is not empty; none is fine. */
export function nonEmpty(): Validator {
  return validator('non-empty string', value => (value === '' ? 'String must be non-empty' : undefined));
}

/** A text that is not empty and has no control characters; none is fine. */
export function nonEmptyWithoutControlChars(): Validator {
  return validator('non-empty string without ISO control characters', value => {
    if (typeof value !== 'string') return undefined;
    if (value === '') return 'String may not be empty';
    const illegal = Array.from(value, char => char.codePointAt(0) ?? 0).filter(isIsoControl);
    if (illegal.length === 0) return undefined;
    return `String may not contain control sequences but had the following ASCII chars: ${illegal.join(', ')}`;
  });
}

/** All of the rules, the first broken one being told. */
export function allOf(...rules: readonly Validator[]): Validator {
  return validator(rules.map(rule => rule.description).join(', '), value =>
    firstReason(rules, rule => rule.check(value)),
  );
}

/** The rule, for a value that may also be unset. */
export function orNull(rule: Validator): Validator {
  return validator(rule.description, value => (value === null ? undefined : rule.check(value)));
}

/** A rule of one's own. */
export function validator(description: string, check: (value: ConfigValue) => string | undefined): Validator {
  return { description, check };
}

function range(min: number, max: number | undefined): Validator {
  return validator(max === undefined ? `[${min},...]` : `[${min},...,${max}]`, value => {
    if (typeof value !== 'number' && typeof value !== 'bigint') return 'Value must be non-null';
    if (value < min) return `Value must be at least ${min}`;
    if (max !== undefined && value > max) return `Value must be no more than ${max}`;
    return undefined;
  });
}

function checkOneOf(value: ConfigValue, allowed: readonly string[]): string | undefined {
  if (typeof value === 'string' && allowed.includes(value)) return undefined;
  return `String must be one of: ${allowed.join(', ')}`;
}

function firstReason<T>(items: readonly T[], check: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const reason = check(item);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function isIsoControl(codePoint: number): boolean {
  return codePoint <= 0x1f || (codePoint >= 0x7f && codePoint <= 0x9f);
}
