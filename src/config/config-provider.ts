import type { ConfigMap } from './parsed-config.ts';

/** A place that holds configuration values, such as a file of secrets. */
export interface ConfigProvider {
  /**
   * Values of the names that it has at that path; others are left out.
   *
   * @param path empty where a reference has none.
   * @throws {ConnectError} when the place cannot be read.
   */
  get(path: string, names: ReadonlySet<string>): Promise<ConfigMap>;
}
