import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { encodeForwarded } from '../../../src/admin/forward-messages.ts';
import { grpcAddressOf } from '../../../src/config/advertised-address.ts';
import { signRequest } from '../../../src/herder/request-signature.ts';
import { internalHerderService } from '../../../src/wire/internal-messages.ts';
import { callUnary } from '../../../src/wire/plugin-calls.ts';
import { ClusterFixture } from '../../support/cluster-fixture.ts';
import type { ClusterWorker } from '../../support/cluster-worker.ts';

describe("a worker's internal service", () => {
  let cluster: ClusterFixture;
  let worker: ClusterWorker;
  let client: Client;

  before(async () => {
    cluster = await ClusterFixture.create();
    worker = await cluster.start();
    client = new Client(grpcAddressOf(`http://${worker.workerId}/`), credentials.createInsecure());
  });
  after(async () => {
    client.close();
    await cluster.close();
  });

  const body = encodeForwarded({ hops: 1, request: { kind: 'delete', delete: { name: 'none' } } });
  const forward = (signature: { readonly algorithm: string; readonly mac: Uint8Array }): Promise<unknown> =>
    callUnary(client, internalHerderService.forward, { body, ...signature }, { metadata: new Metadata() });

  test('refuses a request without a signature', async () => {
    await assert.rejects(forward({ algorithm: '', mac: new Uint8Array() }), {
      code: 'SIGNATURE_MISSING',
      message: 'Internal request missing required signature',
    });
  });

  test('refuses a request that is signed with another key, before it looks at what is asked', async () => {
    const key = { key: Buffer.from('guessed'), algorithm: 'HmacSHA256', createdAtMs: 0 };

    await assert.rejects(forward(signRequest(body, key, 'HmacSHA256')), { code: 'SIGNATURE_INVALID' });
  });

  test('is not shown by reflection', async () => {
    const services = await worker.services();

    assert.ok(services.includes('millrace.admin.v1.Connectors'));
    assert.ok(!services.some(name => name.startsWith('millrace.internal')));
  });
});
