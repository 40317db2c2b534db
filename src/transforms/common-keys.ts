/** Settings that several transforms have, and the rules of their settings. */
import type { ConfigKeySpec, Validator } from '../config/config-key.ts';
import { isList } from '../config/config-value.ts';
import { JavaPattern } from '../config/java-pattern.ts';
import { oneOfIgnoringCase, validator } from '../config/validators.ts';
import { messageOf } from '../errors/connect-error.ts';

/** `replace.null.with.default` */
export const replaceNullKey: ConfigKeySpec = {
  name: 'replace.null.with.default',
  type: 'BOOLEAN',
  default: true,
  importance: 'MEDIUM',
  documentation: 'Whether the default of a field takes the place of null.',
};

/** `field.syntax.version` (KIP-821) */
export const fieldSyntaxKey: ConfigKeySpec = {
  name: 'field.syntax.version',
  type: 'STRING',
  default: 'V1',
  validator: oneOfIgnoringCase('V1', 'V2'),
  importance: 'HIGH',
  documentation:
    'How fields are named: `V1` for fields at the root only, `V2` for paths with dots, such as `a.b`; names that contain dots stand in backticks there.',
};

/** A list with something in it. */
export function nonEmptyList(): Validator {
  return validator('non-empty list', value =>
    value === null || (isList(value) && value.length === 0) ? 'Empty list' : undefined,
  );
}

/** A regular expression as Java has them; unset is none. */
export function regexRule(): Validator {
  return validator('valid regex', value => {
    try {
      new JavaPattern(typeof value === 'string' ? value : '');
      return value === null ? 'Invalid regex: null' : undefined;
    } catch (error) {
      return `Invalid regex: ${messageOf(error)}`;
    }
  });
}

/** A rule for a list, told by a function that throws. */
export function listRule(description: string, read: (list: readonly string[]) => unknown): Validator {
  return validator(description, value => {
    try {
      read(isList(value) ? value : []);
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  });
}

/** Parts of a text between colons, without empty ones at the end, as Java splits. */
export function splitAtColons(text: string): readonly string[] {
  const parts = text.split(':');
  while (parts.length > 1 && parts.at(-1) === '') parts.pop();
  return parts;
}
