import { status, type Metadata, type ServiceError } from '@grpc/grpc-js';
import { ConfigError, RequestError, type FieldViolation } from '../../src/errors/connect-error.ts';
import { fromGrpcError } from '../../src/wire/status-codec.ts';

/** An error answer of a gRPC server, as a client with `google.rpc` details sees it. */
export interface Refusal {
  /** Name of the gRPC status, such as `NOT_FOUND`. */
  readonly status: string;
  /** Reason of the ErrorInfo, such as `CONNECTOR_NOT_FOUND`. */
  readonly code: string;
  readonly message: string;
  /** Field violations of the BadRequest. */
  readonly violations: readonly FieldViolation[];
}

/** The error that a call ends with. @throws {Error} if it does not. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  let answer: unknown;
  try {
    answer = await call;
  } catch (thrown) {
    if (!isServiceError(thrown)) throw thrown;
    const error = fromGrpcError(thrown);
    const violations = error instanceof ConfigError || error instanceof RequestError ? error.violations : [];
    return { status: status[thrown.code], code: error.code, message: thrown.details, violations };
  }
  throw new Error(`The call was to be refused, but answered ${JSON.stringify(answer)}`);
}

function isServiceError(thrown: unknown): thrown is ServiceError & { readonly metadata: Metadata } {
  return thrown instanceof Error && 'code' in thrown && 'details' in thrown && 'metadata' in thrown;
}
