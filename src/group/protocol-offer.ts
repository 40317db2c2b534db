import type { GroupProtocol } from '../kafka/group-member.ts';
import { encodeMetadata, type ConnectProtocolVersion, type WorkerMetadata } from './connect-protocol.ts';

/** Values of the key `connect.protocol`. */
export type ConnectProtocolSetting = 'eager' | 'compatible' | 'sessioned';

/** Names under which the group knows the protocols, by version. Eager workers call theirs `default`. */
const protocolNames = ['default', 'compatible', 'sessioned'] as const;
const newestVersions = { eager: 0, compatible: 1, sessioned: 2 } as const satisfies Record<
  ConnectProtocolSetting,
  ConnectProtocolVersion
>;

/** All protocols that a worker with this setting takes part in, the newest first. The group picks one that all its members offer. */
export function offerProtocols(setting: ConnectProtocolSetting, metadata: WorkerMetadata): readonly GroupProtocol[] {
  const newest = newestVersions[setting];
  return ([2, 1, 0] as const)
    .filter(version => version <= newest)
    .map(version => ({ name: protocolNames[version], metadata: encodeMetadata(metadata, version) }));
}

/** Version that a setting prefers. */
export function versionOfSetting(setting: ConnectProtocolSetting): ConnectProtocolVersion {
  return newestVersions[setting];
}

/** Version of the protocol that the group picked. */
export function versionOfProtocol(name: string): ConnectProtocolVersion {
  if (name === 'sessioned') return 2;
  return name === 'compatible' ? 1 : 0;
}
