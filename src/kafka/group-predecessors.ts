import type { Logger } from '../logging/logger.ts';
import { CoordinatorError, GroupErrorCode, type GroupCoordinator } from './group-coordinator.ts';

/**
 * Puts those members out of a group that have this client id. For a member that knows that it is the only one with its client id: what
 * has it as well is a predecessor that died without leaving, for which the group would wait until its session ends, or one that is
 * stopped and believes that it is in charge. It can commit nothing any more. Takes two requests where there is none.
 *
 * @returns how many there were.
 * @throws {ConnectError} the coordinator cannot be reached, or refuses.
 */
export async function evictPredecessors(
  coordinator: GroupCoordinator,
  { groupId, clientId, log }: { readonly groupId: string; readonly clientId: string; readonly log: Logger },
): Promise<number> {
  const { groups } = await coordinator.call(`Looking for predecessors in group '${groupId}'`, broker =>
    broker.describeGroups({ groupIds: [groupId] }),
  );
  const found = groups.flatMap(({ members }) => members).filter(member => member.clientId === clientId);
  for (const { memberId } of found) {
    try {
      await coordinator.call(`Putting a predecessor out of group '${groupId}'`, broker =>
        broker.leaveGroup({ groupId, memberId }),
      );
      log.info({ memberId }, 'Put a predecessor out of the group, whose session had not ended');
    } catch (error) {
      // It went by itself meanwhile.
      const isGone = error instanceof CoordinatorError && error.kafkaCode === GroupErrorCode.UNKNOWN_MEMBER_ID;
      if (!isGone) throw error;
    }
  }
  return found.length;
}
