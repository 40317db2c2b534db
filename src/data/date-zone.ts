/** A zone read from text. */
export interface ReadZone {
  /** Minutes that the zone is ahead of UTC. */
  readonly offsetMinutes: number;
  /** Place after it. */
  readonly end: number;
}

/**
 * Reads the zone at a place: for `X` `Z` or an offset of its form, for `z` and `Z` the names UTC and GMT, `GMT+h:mm`, or `+hhmm`.
 * Undefined if there is none.
 */
export function readZone(
  text: string,
  index: number,
  part: { readonly letter: string; readonly count: number },
): ReadZone | undefined {
  const rest = text.slice(index);
  if (part.letter === 'X') {
    if (rest.startsWith('Z')) return { offsetMinutes: 0, end: index + 1 };
    const forms = [/^([+-])([0-9]{2})/, /^([+-])([0-9]{2})([0-9]{2})/, /^([+-])([0-9]{2}):([0-9]{2})/];
    return toZone(forms[part.count - 1]?.exec(rest), index);
  }
  const offset = /^([+-])([0-9]{2})([0-9]{2})/.exec(rest) ?? /^GMT([+-])([0-9]{1,2}):([0-9]{2})/i.exec(rest);
  if (offset !== null) return toZone(offset, index);
  const name = /^(?:Coordinated Universal Time|Greenwich Mean Time|UTC|GMT)/i.exec(rest);
  return name === null ? undefined : { offsetMinutes: 0, end: index + name[0].length };
}

function toZone(found: RegExpExecArray | null | undefined, index: number): ReadZone | undefined {
  if (found === null || found === undefined) return undefined;
  const [all, sign, hours, minutes = '0'] = found;
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const offset = Number(hours) * 60 + Number(minutes);
  return { offsetMinutes: sign === '-' ? -offset : offset, end: index + all.length };
}
