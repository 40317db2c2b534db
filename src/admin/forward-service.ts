import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { ForwardTarget } from '../herder/forwarding.ts';
import type { RequestGuard } from '../herder/request-guard.ts';
import {
  decodeDescribeWorkBody,
  decodePrepareBody,
  type DescribeWorkResponse,
  type SignedRequest,
} from '../wire/internal-messages.ts';
import { decodeForwarded, toDescribeGroupResponse } from './forward-messages.ts';
import type { AdminCalls } from './admin-calls.ts';

/** What serving other workers needs. */
export interface ForwardServiceOptions {
  readonly target: ForwardTarget;
  readonly guard: RequestGuard;
}

/** Handlers of `millrace.internal.v1.Herder`. */
export function createForwardService(
  { target, guard }: ForwardServiceOptions,
  calls: AdminCalls,
): UntypedServiceImplementation {
  /** Looks at the signature before it looks at what is asked. */
  const signed = <Answer>(answer: (body: Uint8Array, signal: AbortSignal) => Answer | Promise<Answer>) =>
    calls.unary(async (request: SignedRequest, signal) => {
      await guard.verify(request.body, request, signal);
      return answer(request.body, signal);
    }, 'internal');
  return {
    forward: signed((body, signal) => target.serveForwarded(decodeForwarded(body), signal)),
    describeGroup: signed(() => toDescribeGroupResponse(target.describeGroup())),
    describeWork: signed((body): DescribeWorkResponse => ({
      connectors: target.describeWork(decodeDescribeWorkBody(body).connectors),
    })),
    prepare: signed(async (body, signal) => {
      const { check, ...preparation } = decodePrepareBody(body);
      await target.prepare({ ...preparation, isChecked: check }, signal);
      return {};
    }),
  };
}
