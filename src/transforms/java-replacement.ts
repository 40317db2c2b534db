import { unfit } from './requirements.ts';

/**
 * Fills in what stands for groups in a replacement string of Java's: `$1` and `${name}`; `\` makes the next character stand for itself.
 * Of the digits after `$`, as many count as name a group.
 *
 * @param match what was found.
 * @throws {ConnectError} DATA_INVALID for a group that the expression does not have, and for `$` or `\` that nothing follows.
 * @see `java.util.regex.Matcher#appendReplacement`.
 */
export function expandReplacement(replacement: string, match: RegExpExecArray): string {
  let expanded = '';
  for (let index = 0; index < replacement.length; index += 1) {
    const char = replacement.charAt(index);
    if (char === '\\') {
      index += 1;
      if (index === replacement.length) throw unfit('In a replacement, a character to be escaped is missing');
      expanded += replacement.charAt(index);
    } else if (char === '$') {
      const { text, length } = readGroup(replacement.slice(index + 1), match);
      expanded += text;
      index += length;
    } else {
      expanded += char;
    }
  }
  return expanded;
}

function readGroup(rest: string, match: RegExpExecArray): { readonly text: string; readonly length: number } {
  const named = /^\{([a-zA-Z][a-zA-Z0-9]*)\}/.exec(rest);
  if (named !== null) {
    const [all, name = ''] = named;
    const groups: ReadonlyMap<string, string | undefined> = new Map(Object.entries(match.groups ?? {}));
    if (!groups.has(name)) throw unfit(`In a replacement, there is no group with name {${name}}`);
    return { text: groups.get(name) ?? '', length: all.length };
  }
  const digits = /^[0-9]+/.exec(rest)?.[0];
  if (digits === undefined) throw unfit("In a replacement, '$' names no group");
  let length = 1;
  if (Number(digits.slice(0, 1)) >= match.length)
    throw unfit(`In a replacement, there is no group ${digits.slice(0, 1)}`);
  while (length < digits.length && Number(digits.slice(0, length + 1)) < match.length) length += 1;
  return { text: match[Number(digits.slice(0, length))] ?? '', length };
}
