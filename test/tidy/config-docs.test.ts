import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { configDocsPath, renderConfigDocs } from '../../scripts/generate-config-docs.ts';

describe('docs/CONFIG.md', () => {
  test('is what the key tables say (npx tsx scripts/generate-config-docs.ts writes it anew)', () => {
    assert.equal(readFileSync(configDocsPath, 'utf8'), renderConfigDocs());
  });
});
