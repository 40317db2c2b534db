import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { ConfigDef } from '../../../src/config/config-def.ts';
import { formatConfigValue } from '../../../src/config/config-value.ts';
import { sinkConfigDef, sourceConfigDef } from '../../../src/config/connector-config.ts';
import { millraceConnectorKeys, millraceWorkerKeys } from '../../../src/config/millrace-keys.ts';
import { packageRoot } from '../../../src/config/package-root.ts';
import { standaloneConfigDef } from '../../../src/config/worker-config.ts';

/** A key as Kafka 4.1.0's own ConfigDef declares it. */
interface KafkaKey {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly default: string | null;
  readonly importance: string;
  readonly validator: string | null;
  readonly group: string | null;
  readonly orderInGroup: number;
  readonly width: string;
  readonly displayName: string;
  readonly dependents: readonly string[];
}

const path = join(packageRoot(), 'test/unit/config/testdata/kafka-4.1.0-config-keys.json');
const kafka = JSON.parse(readFileSync(path, 'utf8')) as Record<string, readonly KafkaKey[]>;
const ours = new Set([...millraceWorkerKeys, ...millraceConnectorKeys].map(key => key.name));

/** Validators that stand for checks of Java classes, which validation does in another way. */
function withoutJavaChecks(validator: string | null): string | null {
  return validator !== null && /PluginVersionValidator|A concrete subclass/.test(validator) ? null : validator;
}

/** Java's sets have no order. */
function sorted(validator: string | null): string | null {
  return validator === null ? null : Array.from(validator).sort().join('');
}

function tableOf(def: ConfigDef): readonly KafkaKey[] {
  const keys = [...def.keys.values()].filter(key => !ours.has(key.name));
  return keys.map(key => ({
    name: key.name,
    type: key.type,
    required: key.isRequired,
    default: formatConfigValue(key.defaultValue),
    importance: key.importance,
    validator: sorted(key.validator?.description ?? null),
    group: key.group,
    orderInGroup: key.orderInGroup,
    width: key.width,
    displayName: key.displayName,
    dependents: key.dependents,
  }));
}

const byName = (a: KafkaKey, b: KafkaKey): number => (a.name < b.name ? -1 : 1);

function expectedTable(name: string): readonly KafkaKey[] {
  const keys = kafka[name] ?? [];
  return keys.map(key => ({ ...key, validator: sorted(withoutJavaChecks(key.validator)) }));
}

describe('configuration tables', () => {
  test('of a standalone worker are those of Kafka 4.1.0', () => {
    assert.deepEqual([...tableOf(standaloneConfigDef)].sort(byName), [...expectedTable('standalone')].sort(byName));
  });

  test('of a source connector are those of Kafka 4.1.0, in its order', () => {
    assert.deepEqual(tableOf(sourceConfigDef), expectedTable('source'));
  });

  test('of a sink connector are those of Kafka 4.1.0, in its order', () => {
    assert.deepEqual(tableOf(sinkConfigDef), expectedTable('sink'));
  });

  for (const def of [standaloneConfigDef, sourceConfigDef, sinkConfigDef]) {
    for (const key of def.keys.values()) {
      test(`say in full sentences what '${key.name}' means`, () => {
        assert.match(key.documentation, /^[A-Z`].*[.]$/s);
      });
    }
  }
});
