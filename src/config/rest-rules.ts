import { isList } from './config-value.ts';
import type { Validator } from './config-key.ts';
import { isBlank } from './java-text.ts';
import { validator } from './validators.ts';

const listDescription = 'List of comma-separated URLs, ex: http://localhost:8080,https://localhost:8443.';

/** At least one URL of a listener. */
export function listenerList(): Validator {
  return validator(listDescription, value => {
    if (!isList(value) || value.length === 0) return `at least one URL is expected, ex: http://localhost:8080`;
    return checkUrls(value);
  });
}

/** URLs of listeners, none of them, or unset. */
export function adminListenerList(): Validator {
  return validator(listDescription, value => (isList(value) ? checkUrls(value) : undefined));
}

/** Rules for headers of HTTP answers: `set X-Frame-Options:DENY, "add Cache-Control:no-cache, no-store"`. */
export function headerRules(): Validator {
  return validator(
    "Comma-separated header rules, where each header rule is of the form '[action] [header name]:[header value]' " +
      'and optionally surrounded by double quotes if any part of a header rule contains a comma',
    value => (typeof value === 'string' && !isBlank(value) ? firstBadRule(splitRules(value)) : undefined),
  );
}

/** A listener's address. */
export interface ListenerAddress {
  readonly protocol: 'http' | 'https';
  /** Host name or address; empty for all interfaces. */
  readonly host: string;
  readonly port: number;
}

/**
 * Reads `http://host:port`; `http://:8083` means all interfaces.
 *
 * @returns undefined when the text is no such URL.
 */
export function parseListener(text: string): ListenerAddress | undefined {
  const match = /^(https?):\/\/(\[[0-9a-fA-F:.]+\]|[^:/?#\s]*):([0-9]{1,5})\/?$/i.exec(text.trim());
  const port = Number(match?.[3]);
  if (match === null || port > 65535) return undefined;
  const host = (match[2] ?? '').replace(/^\[|\]$/g, '');
  return { protocol: match[1]?.toLowerCase() === 'https' ? 'https' : 'http', host, port };
}

function checkUrls(urls: readonly string[]): string | undefined {
  if (urls.some(isBlank)) return 'Empty URL found when parsing listeners list.';
  const bad = urls.find(url => parseListener(url) === undefined);
  return bad === undefined ? undefined : `'${bad}' is not of the form http://host:port or https://host:port`;
}

/** Splits at commas that are not within double quotes. */
function splitRules(text: string): readonly string[] {
  return (text.match(/(?:"[^"]*"|[^,"])+/g) ?? []).map(rule => rule.trim().replace(/^"|"$/g, ''));
}

function firstBadRule(rules: readonly string[]): string | undefined {
  for (const rule of rules) {
    const match = /^\s*(\S+)\s+([^:]*):(.*)$/.exec(rule);
    if (match === null) {
      return `Invalid format of header config '${rule}'. Expected: '[action] [header name]:[header value]'`;
    }
    const [, action = '', name = ''] = match;
    if (!['set', 'add', 'setDate', 'addDate'].includes(action)) {
      return `Invalid header config action: '${action}'. Expected one of [set, add, setDate, addDate]`;
    }
    if (name === '' || /\s/.test(name.trim())) {
      return `Invalid header name '${name}'. The '[header name]' cannot contain whitespace`;
    }
  }
  return undefined;
}
