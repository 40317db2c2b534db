/**
 * Orders versions as people read them: numbers by value, `1.0.0-rc1` before `1.0.0`, the rest by text.
 *
 * @returns below 0 if `left` is the older.
 */
export function compareVersions(left: string, right: string): number {
  const [leftParts, rightParts] = [splitVersion(left), splitVersion(right)];
  for (let index = 0; index < Math.max(leftParts.length, rightParts.length); index += 1) {
    const order = compareParts(leftParts[index], rightParts[index]);
    if (order !== 0) return order;
  }
  return 0;
}

function splitVersion(version: string): readonly (number | string)[] {
  const parts = version.toLowerCase().match(/\d+|[a-z]+/g) ?? [];
  return parts.map(part => (/^\d/.test(part) ? Number(part) : part));
}

/** A missing part is 0 beside a number, and newer than a word: `1.0` equals `1.0.0` and is newer than `1.0-beta`. */
function compareParts(left: number | string | undefined, right: number | string | undefined): number {
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : Number(left > right);
  if (typeof left === 'string') return -1;
  if (typeof right === 'string') return 1;
  return (left ?? 0) - (right ?? 0);
}
