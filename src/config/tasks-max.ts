/** `tasks.max` of a connector; 1 for a value that is no such number, of which the validation of the key tells. */
export function tasksMaxOf(config: ReadonlyMap<string, string>): number {
  const tasksMax = Number(config.get('tasks.max') ?? '1');
  return tasksMax >= 1 ? Math.floor(tasksMax) : 1;
}
