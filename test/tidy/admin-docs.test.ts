import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import protobuf from 'protobufjs';
import { packageRoot } from '../../src/config/package-root.ts';
import { protoFolder } from '../../src/wire/proto-files.ts';

const folder = 'millrace/admin/v1';
const page = readFileSync(join(packageRoot(), 'docs/ADMIN.md'), 'utf8');
const root = new protobuf.Root();
root.resolvePath = (_origin, target) => join(protoFolder(), target);
root.loadSync(readdirSync(join(protoFolder(), folder)).map(file => `${folder}/${file}`)).resolveAll();

/** Each example of the page: the rpc that it calls, and what it sends. */
const examples = [...page.matchAll(/^grpcurl -plaintext (?:-d '(.*)' )?localhost:9083 (\S+)$/gm)].map(
  ([, data = '{}', path = '']) => ({ data, path }),
);

describe('docs/ADMIN.md', () => {
  test('has one example of each rpc, and none of others', () => {
    const services = root.lookup('millrace.admin.v1');
    assert.ok(services instanceof protobuf.Namespace);
    const rpcs = services.nestedArray
      .filter(nested => nested instanceof protobuf.Service)
      .flatMap(service => service.methodsArray.map(({ name }) => `millrace.admin.v1.${service.name}/${name}`));

    assert.deepEqual(examples.map(({ path }) => path).sort(), rpcs.sort());
  });

  test('sends messages that the rpcs take', () => {
    for (const { data, path } of examples) {
      const [service = '', method = ''] = path.split('/');
      const { requestType } = root.lookupService(service).methods[method] ?? {};
      assert.ok(requestType);
      const type = root.lookupType(`millrace.admin.v1.${requestType}`);
      const sent: unknown = JSON.parse(data);
      assert.ok(typeof sent === 'object' && sent !== null);

      const names = type.fieldsArray.map(({ name }) => protobuf.util.camelCase(name));
      for (const field of Object.keys(sent))
        assert.ok(names.includes(protobuf.util.camelCase(field)), `${path} ${field}`);
    }
  });
});
