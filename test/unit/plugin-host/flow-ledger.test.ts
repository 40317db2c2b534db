import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type BatchSize, FlowLedger } from '../../../src/plugin-host/flow-ledger.ts';

const demand = { tokens: 1, maxRecords: 10, maxBytes: 1000, maxWaitMs: 100 };

function batch(seq: number, size: Partial<BatchSize> = {}): BatchSize {
  return { seq, byteLength: 100, recordCount: 2, ...size };
}

describe('the flow ledger', () => {
  test('takes one batch per token, in sequence', () => {
    const ledger = new FlowLedger();
    ledger.grant({ ...demand, tokens: 2 });
    ledger.grant(demand);

    for (const seq of [1, 2, 3]) ledger.take(batch(seq));

    assert.equal(ledger.tokens, 0);
    assert.throws(() => ledger.take(batch(4)), { code: 'FLOW_VIOLATION' });
  });

  test('takes nothing without demand', () => {
    assert.throws(() => new FlowLedger().take(batch(1)), { code: 'FLOW_VIOLATION' });
  });

  test('is not filled by a demand of no tokens', () => {
    const ledger = new FlowLedger();
    ledger.grant({ ...demand, tokens: 0 });

    assert.throws(() => ledger.take(batch(1)), { code: 'FLOW_VIOLATION' });
  });

  test('refuses a gap, a repetition and a start other than 1', () => {
    const ledger = new FlowLedger();
    ledger.grant({ ...demand, tokens: 5 });
    assert.throws(() => ledger.take(batch(2)), { code: 'FLOW_VIOLATION' });
    ledger.take(batch(1));

    assert.throws(() => ledger.take(batch(1)), { code: 'FLOW_VIOLATION' });
    assert.throws(() => ledger.take(batch(3)), { code: 'FLOW_VIOLATION' });
  });

  test('refuses batches over the limits of every outstanding grant', () => {
    const ledger = new FlowLedger();
    ledger.grant(demand);

    assert.throws(() => ledger.take(batch(1, { byteLength: 1001 })), {
      code: 'MESSAGE_TOO_LARGE',
      details: { bytes: '1001', limit: '1000' },
    });
    assert.throws(() => ledger.take(batch(1, { recordCount: 11 })), { code: 'FLOW_VIOLATION' });
    ledger.grant({ ...demand, maxBytes: 2000 });
    ledger.take(batch(1, { byteLength: 2000 }));
  });

  test('takes a single record of any size', () => {
    const ledger = new FlowLedger();
    ledger.grant(demand);

    ledger.take(batch(1, { byteLength: 1_000_000, recordCount: 1 }));

    assert.equal(ledger.tokens, 0);
  });

  test('takes an empty batch for a token', () => {
    const ledger = new FlowLedger();
    ledger.grant(demand);

    ledger.take(batch(1, { byteLength: 2, recordCount: 0 }));

    assert.equal(ledger.tokens, 0);
  });

  test('knows a limit of 0 as none', () => {
    const ledger = new FlowLedger();
    ledger.grant({ ...demand, maxBytes: 0, maxRecords: 0 });

    ledger.take(batch(1, { byteLength: 1_000_000, recordCount: 1_000_000 }));

    assert.equal(ledger.tokens, 0);
  });
});
