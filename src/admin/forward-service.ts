import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { ForwardTarget } from '../herder/forwarding.ts';
import type { RequestGuard } from '../herder/request-guard.ts';
import {
  decodeDescribeWorkBody,
  decodePrepareBody,
  type DescribeGroupRequest,
  type DescribeWorkRequest,
  type DescribeWorkResponse,
  type ForwardRequest,
  type PrepareRequest,
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
  return {
    forward: calls.unary(async (request: ForwardRequest, signal) => {
      await guard.verify(request.body, request, signal);
      return target.serveForwarded(decodeForwarded(request.body), signal);
    }, 'internal'),
    describeGroup: calls.unary(async (request: DescribeGroupRequest, signal) => {
      await guard.verify(request.body, request, signal);
      return toDescribeGroupResponse(target.describeGroup());
    }, 'internal'),
    describeWork: calls.unary(async (request: DescribeWorkRequest, signal): Promise<DescribeWorkResponse> => {
      await guard.verify(request.body, request, signal);
      return { connectors: target.describeWork(decodeDescribeWorkBody(request.body).connectors) };
    }, 'internal'),
    prepare: calls.unary(async (request: PrepareRequest, signal) => {
      await guard.verify(request.body, request, signal);
      const { check, ...preparation } = decodePrepareBody(request.body);
      await target.prepare({ ...preparation, isChecked: check }, signal);
      return {};
    }, 'internal'),
  };
}
