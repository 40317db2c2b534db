import type { Clock } from '../async/clock.ts';
import type { GroupMember, MembershipWatch } from '../kafka/group-member.ts';
import type { KafkaClientConfig } from '../kafka/kafka-client-config.ts';
import { KafkaGroupMember } from '../kafka/kafka-group-member.ts';
import type { Logger } from '../logging/logger.ts';

/** What members of the workers' group are made of. Times are milliseconds. */
export interface ConnectMemberOptions {
  readonly client: KafkaClientConfig;
  /** `group.id` */
  readonly groupId: string;
  /** `session.timeout.ms` */
  readonly sessionTimeoutMs: number;
  /** `rebalance.timeout.ms` */
  readonly rebalanceTimeoutMs: number;
  /** `heartbeat.interval.ms` */
  readonly heartbeatIntervalMs: number;
  readonly watch?: MembershipWatch;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Members hear of a round by the answer to a heartbeat, so its interval is what each round takes, and more than anything else how long
 * a lost worker's work stands still. A heartbeat costs next to nothing.
 */
const heartbeatIntervalMaxMs = 250;

/**
 * Makes a member of the workers' group. It counts itself as lost a heartbeat's interval before a silent coordinator would: others get
 * its work when the session ends (D8), so it needs that time to stop (I3). Heartbeats are sent more often than `heartbeat.interval.ms`
 * says where that is long.
 */
export function openConnectMember(options: ConnectMemberOptions): GroupMember {
  const { sessionTimeoutMs, heartbeatIntervalMs } = options;
  const silenceMaxMs = Math.max(sessionTimeoutMs - heartbeatIntervalMs, sessionTimeoutMs / 2);
  return new KafkaGroupMember({
    ...options,
    protocolType: 'connect',
    heartbeatIntervalMs: Math.min(heartbeatIntervalMs, heartbeatIntervalMaxMs),
    silenceMaxMs,
  });
}
