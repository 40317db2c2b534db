/** Makes single files of what `tsc` wrote: the `millrace` command, the SDK, and each TypeScript plugin. See ADRs 0070, 0071 and 0073. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { addCodeCache } from './code-cache.mjs';

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  logLevel: 'error',
};

/** CommonJS, which Node starts faster than modules. What only reflection needs stays outside until somebody asks. */
const forPlugins = {
  ...common,
  format: 'cjs',
  external: ['@grpc/reflection', 'grpc-health-check'],
  // What V8 has from a code cache cannot import: the promise would never settle.
  supported: { 'dynamic-import': false },
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
};

/** What reads files beside its own program stays outside. */
const forCommand = {
  ...common,
  format: 'esm',
  external: [
    '@bokuweb/zstd-wasm',
    '@grpc/reflection',
    '@node-rs/crc32',
    '@platformatic/wasm-utils',
    'grpc-health-check',
  ],
  banner: {
    js: [
      "import { createRequire as makeRequire } from 'node:module';",
      "import { fileURLToPath as toPath } from 'node:url';",
      'const require = makeRequire(import.meta.url);',
      'const __filename = toPath(import.meta.url);',
      "const __dirname = toPath(new URL('.', import.meta.url));",
    ].join(' '),
  },
  plugins: [{ name: 'only what is used', setup: leaveUnusedOut }],
};

/** @param root folder of package.json. */
export async function bundle(root) {
  // Imported here, since a clone has no packages before the setup has installed them.
  const { build } = await import('esbuild');
  const dist = (...path) => join(root, 'dist', ...path);
  const wire = name => import(pathToFileURL(dist('src', 'wire', name)));
  const [{ readProtoJson }, { protoFiles }] = await Promise.all([wire('proto-json.js'), wire('proto-files.js')]);
  const command = withProtos(forCommand, readProtoJson, Object.keys(protoFiles));
  await build({ ...command, entryPoints: [dist('src', 'cli', 'millrace.js')], outfile: dist('bin', 'millrace.js') });
  chmodSync(dist('bin', 'millrace.js'), 0o755);
  const plugin = withProtos(forPlugins, readProtoJson, ['plugin', 'status']);
  await build({ ...plugin, entryPoints: [dist('src', 'sdk', 'index.js')], outfile: dist('sdk', 'index.cjs') });
  const plugins = join(root, 'plugins', 'typescript');
  for (const name of existsSync(plugins) ? readdirSync(plugins) : []) {
    const manifest = join(plugins, name, 'plugin.json');
    if (!existsSync(manifest)) continue;
    const folder = dist('plugins', 'typescript', name);
    mkdirSync(folder, { recursive: true });
    const program = join(folder, 'plugin.cjs');
    await build({ ...plugin, entryPoints: [join(folder, 'main.js')], outfile: program });
    await addCodeCache(root, program);
    copyFileSync(manifest, join(folder, 'plugin.json'));
  }
}

/**
 * Puts what the .proto files say in the place of the module that reads them.
 *
 * @param options of a bundle.
 * @param readProtoJson of that module.
 * @param sets the names of files that a program asks for.
 */
function withProtos(options, readProtoJson, sets) {
  const texts = Object.fromEntries(sets.map(set => [set, JSON.stringify(readProtoJson(set))]));
  const contents = `const texts = ${JSON.stringify(texts)};\nexport const readProtoJson = set => JSON.parse(texts[set]);\n`;
  const setup = ({ onLoad, onEnd }) => {
    let isReplaced = false;
    onLoad({ filter: /[\\/]wire[\\/]proto-json\.js$/ }, () => {
      isReplaced = true;
      return { contents };
    });
    onEnd(() =>
      isReplaced ? {} : { errors: [{ text: 'No module wire/proto-json.js to put what .proto files say into' }] },
    );
  };
  return { ...options, plugins: [...(options.plugins ?? []), { name: 'protos inside', setup }] };
}

/**
 * @platformatic/kafka is imported whole by its index: every version of every API, and validators that are compiled when they load.
 * Nothing in it has an effect beside its exports, so what nobody imports can be left out.
 */
function leaveUnusedOut({ onResolve, resolve }) {
  const seen = Symbol('seen');
  onResolve({ filter: /^@platformatic\/kafka$|^\.\.?\// }, async ({ path, pluginData, importer, kind, resolveDir }) => {
    const isItsOwn = importer.includes(join('@platformatic', 'kafka', 'dist'));
    if (pluginData === seen || (path.startsWith('.') && !isItsOwn)) return undefined;
    return { ...(await resolve(path, { kind, resolveDir, pluginData: seen })), sideEffects: false };
  });
}
