/** Writes docs/CONFIG.md from the key tables: `npx tsx scripts/generate-config-docs.ts`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigDef } from '../src/config/config-def.ts';
import type { ConfigKey } from '../src/config/config-key.ts';
import { formatConfigValue } from '../src/config/config-value.ts';
import { sinkConfigDef, sourceConfigDef } from '../src/config/connector-config.ts';
import { connectorKeys, sinkKeys, sourceKeys } from '../src/config/connector-keys.ts';
import { distributedKeys } from '../src/config/distributed-keys.ts';
import { millraceConnectorKeys, millraceWorkerKeys } from '../src/config/millrace-keys.ts';
import { packageRoot } from '../src/config/package-root.ts';
import { restKeys } from '../src/config/rest-keys.ts';
import { tlsKeys } from '../src/config/tls-keys.ts';
import { distributedConfigDef, standaloneConfigDef } from '../src/config/worker-config.ts';
import { standaloneKeys, workerKeys } from '../src/config/worker-keys.ts';
import { avroDataKeys } from '../src/converters/avro/avro-data-config.ts';
import { avroConverterConfigDef } from '../src/converters/avro/avro-converter-config.ts';
import { jsonConverterConfigDef } from '../src/converters/json-converter.ts';
import { jsonSchemaConverterConfigDef } from '../src/converters/jsonschema/json-schema-converter.ts';
import { protobufConverterConfigDef } from '../src/converters/protobuf/protobuf-converter.ts';
import { registryConverterKeys } from '../src/converters/registry/subject-config.ts';
import { stringConverterConfigDef } from '../src/converters/string-converter.ts';

/** Path of the page. */
export const configDocsPath = join(packageRoot(), 'docs/CONFIG.md');

const introduction = `# Configuration

<!-- Written by scripts/generate-config-docs.ts from the key tables in src/config; do not edit. -->

Files and keys are Kafka Connect's; the sections named Millrace list what it adds. Values are texts: trimmed, booleans in any case, lists
split at commas. A key without default is required. Unknown keys are kept: they configure converters (\`key.converter.*\`), config
providers (\`config.providers.*\`) and Kafka clients (\`producer.*\`, \`consumer.*\`, \`admin.*\` in the worker's file,
\`producer.override.*\` and so on in a connector's).

What this version does not have is told: keys of a connector that ask for it are errors, keys of a worker a warning at start.
`;

/** The page. */
export function renderConfigDocs(): string {
  const namesOf = (keys: readonly { readonly name: string }[]): string[] => keys.map(key => key.name);
  return [
    introduction,
    renderSection('Workers', standaloneConfigDef, namesOf(workerKeys)),
    renderSection('Standalone workers', standaloneConfigDef, namesOf(standaloneKeys)),
    renderSection('Distributed workers', distributedConfigDef, namesOf(distributedKeys)),
    renderSection('Workers, Millrace', standaloneConfigDef, namesOf(millraceWorkerKeys)),
    renderSection('Workers, REST API', standaloneConfigDef, namesOf(restKeys)),
    renderSection('Workers, TLS', standaloneConfigDef, namesOf(tlsKeys)),
    renderSection('Connectors', sourceConfigDef, namesOf(connectorKeys)),
    renderSection('Source connectors', sourceConfigDef, namesOf(sourceKeys)),
    renderSection('Sink connectors', sinkConfigDef, namesOf(sinkKeys)),
    renderSection('Connectors, Millrace', sinkConfigDef, namesOf(millraceConnectorKeys)),
    renderSection('JsonConverter', jsonConverterConfigDef, [...jsonConverterConfigDef.keys.keys()]),
    renderSection('StringConverter', stringConverterConfigDef, [...stringConverterConfigDef.keys.keys()]),
    renderSection('Converters of schema registries', protobufConverterConfigDef, namesOf(registryConverterKeys)),
    renderSection('AvroConverter', avroConverterConfigDef, namesOf(avroDataKeys)),
    renderSection('JsonSchemaConverter', jsonSchemaConverterConfigDef, ownKeys(jsonSchemaConverterConfigDef)),
    renderSection('ProtobufConverter', protobufConverterConfigDef, ownKeys(protobufConverterConfigDef)),
  ].join('\n');
}

/** Keys that a converter of schema registries has for itself. */
function ownKeys(def: ConfigDef): readonly string[] {
  return [...def.keys.keys()].filter(name => !registryConverterKeys.some(key => key.name === name));
}

function renderSection(title: string, def: ConfigDef, names: readonly string[]): string {
  const rows = names.flatMap(name => def.keys.get(name) ?? []).map(renderRow);
  const head = '| Key | Type | Default | Valid | Importance | Meaning |\n|---|---|---|---|---|---|';
  return `## ${title}\n\n${[head, ...rows].join('\n')}\n`;
}

function renderRow(key: ConfigKey): string {
  const cells = [
    `\`${key.name}\``,
    key.type,
    key.isRequired ? 'required' : renderDefault(formatConfigValue(key.defaultValue)),
    key.validator?.description ?? '',
    key.importance,
    key.documentation,
  ];
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function renderDefault(text: string | null): string {
  if (text === null) return 'none';
  return text === '' ? 'empty' : `\`${text}\``;
}

if (process.argv[1]?.includes('generate-config-docs') === true) writeFileSync(configDocsPath, renderConfigDocs());
