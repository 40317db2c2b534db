import { timingSafeEqual } from 'node:crypto';
import { type Metadata, ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';

/** Lets only calls pass that carry `authorization: Bearer <token>`; all others end as UNAUTHENTICATED. */
export function requireToken(token: string): ServerInterceptor {
  const expected = Buffer.from(`Bearer ${token}`);
  return (_method, call) =>
    new ServerInterceptingCall(call, {
      start: next =>
        next({
          onReceiveMetadata: (metadata, pass) => {
            if (carriesToken(metadata, expected)) pass(metadata);
            else
              call.sendStatus({
                code: status.UNAUTHENTICATED,
                details: 'This call needs the bearer token of the plugin',
              });
          },
        }),
    });
}

function carriesToken(metadata: Metadata, expected: Buffer): boolean {
  const [given] = metadata.get('authorization');
  if (given === undefined) return false;
  const bytes = Buffer.from(given);
  return bytes.length === expected.length && timingSafeEqual(bytes, expected);
}
