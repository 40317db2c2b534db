/**
 * Small text rules of Java that Kafka's configuration language inherits and JavaScript's own functions do not follow.
 */

/** Java's `String.trim`: takes away characters up to U+0020 at both ends, and no other white space. */
export function trimAsJava(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) <= 0x20) start += 1;
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end -= 1;
  return text.slice(start, end);
}

/** Java's `String.isBlank`, for the white space that occurs in configurations. */
export function isBlank(text: string): boolean {
  return text.trim() === '';
}
