/** Marks a place that the type checker proves to be unreachable; a value that gets here is a fault in our own logic. */
export function assertNever(value: never): never {
  throw new Error(`Unreachable case: ${JSON.stringify(value)}`);
}
