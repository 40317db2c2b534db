import { posix } from 'node:path';

/** Folders of `src` by level: a folder imports only from itself and from the levels above it in this list. */
export const folderLevels: readonly (readonly string[])[] = [
  // Both of these are level 0 of the design; `errors` comes first because the others fail with its errors.
  ['errors'],
  ['async', 'logging', 'metrics'],
  ['data', 'config'],
  ['converters', 'transforms', 'wire'],
  ['kafka', 'plugin-host', 'sdk'],
  ['storage', 'group'],
  ['worker'],
  ['herder'],
  ['admin', 'rest'],
  ['cli'],
];

/** Packages that only some folders of `src` may see. */
export const packageOwners: readonly { readonly packages: RegExp; readonly folders: readonly string[] }[] = [
  { packages: /^(kafkajs|@platformatic\/kafka|@bokuweb\/zstd-wasm)$/, folders: ['kafka'] },
  { packages: /^(@grpc\/.+|grpc-health-check)$/, folders: ['wire', 'plugin-host', 'sdk', 'admin'] },
  { packages: /^protobufjs$/, folders: ['wire'] },
  { packages: /^avsc$/, folders: ['converters/avro'] },
  { packages: /^ajv$/, folders: ['converters/jsonschema'] },
  { packages: /^pino$/, folders: ['logging'] },
  { packages: /^fastify$/, folders: ['rest'] },
  { packages: /^prom-client$/, folders: ['metrics'] },
  { packages: /^commander$/, folders: ['cli'] },
];

/** One import of one file; `file` is a path from the project's root. */
export interface Import {
  readonly file: string;
  readonly specifier: string;
}

/** Why an import is not allowed, or undefined when it is. Only files in `src` and in the TypeScript plugins are bound. */
export function findBreach({ file, specifier }: Import): string | undefined {
  const isRelative = specifier.startsWith('.');
  const target = isRelative ? posix.join(posix.dirname(file), specifier) : specifier;
  const problem = file.startsWith('src/')
    ? isRelative
      ? checkLevels(file, target)
      : checkOwner(file, target)
    : checkPlugin(file, target);
  return problem === undefined ? undefined : `${file} imports ${specifier}: ${problem}`;
}

function checkLevels(file: string, target: string): string | undefined {
  const from = folderOf(file);
  const to = folderOf(target);
  if (from === to) return undefined;
  if (!target.startsWith('src/')) return 'it is outside of src';
  const fromLevel = folderLevels.findIndex(level => level.includes(from));
  const toLevel = folderLevels.findIndex(level => level.includes(to));
  if (fromLevel < 0 || toLevel < 0) return `the table of levels lacks '${fromLevel < 0 ? from : to}'`;
  return toLevel < fromLevel ? undefined : `'${to}' is not above '${from}'`;
}

function checkOwner(file: string, name: string): string | undefined {
  const owner = packageOwners.find(({ packages }) => packages.test(name));
  if (owner === undefined || owner.folders.some(folder => file.startsWith(`src/${folder}/`))) return undefined;
  return `the package is for ${owner.folders.join(', ')} alone`;
}

function checkPlugin(file: string, target: string): string | undefined {
  const isBound = file.startsWith('plugins/') && target.startsWith('src/') && !target.startsWith('src/sdk/');
  return isBound ? 'a plugin sees the SDK alone' : undefined;
}

function folderOf(path: string): string {
  return path.split('/')[1] ?? '';
}
