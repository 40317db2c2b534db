/** Name of the variable that carries the address of the run's broker to every test. */
export const bootstrapVariable = 'MILLRACE_TEST_BOOTSTRAP';

/**
 * `host:port` of the broker that serves the whole test run. Topics and groups are unique per test.
 *
 * @throws {Error} that names the variable when it is not set.
 */
export function testBootstrap(): string {
  const value = process.env[bootstrapVariable];
  if (value === undefined || value === '') {
    throw new Error(`${bootstrapVariable} is not set; 'npm test' sets it, or set it to the host:port of a broker`);
  }
  return value;
}
