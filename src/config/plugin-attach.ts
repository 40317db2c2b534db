/** `plugin.attach`: the address of a plugin that runs already. */
import type { Validator } from './config-key.ts';

const form = "must be 'unix:/absolute/path' or 'tcp:host:port'";

/** The gRPC target of an address; undefined if it is none. */
export function toPluginTarget(address: string): string | undefined {
  if (address.startsWith('unix:/') && address.length > 'unix:/'.length) return address;
  const tcp = /^tcp:(?<host>\[[\da-f:.]+\]|[^:/\s[\]]+):(?<port>\d{1,5})$/i.exec(address)?.groups;
  const port = Number(tcp?.['port']);
  if (tcp === undefined || port < 1 || port > 65_535) return undefined;
  return `dns:${tcp['host'] ?? ''}:${port}`;
}

/** An address, or none. */
export function pluginAddress(): Validator {
  return {
    description: "'unix:/absolute/path' or 'tcp:host:port'",
    check: value =>
      typeof value === 'string' && toPluginTarget(value) === undefined ? `The address ${form}` : undefined,
  };
}
