/**
 * V8's code cache for bundled plugins: what a start compiles is kept beside the program, which halves what a start costs over that of
 * Node itself. See ADR 0073.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const startTimeoutMs = 30_000;

/**
 * Puts a loader in the program's place, the program beside it as `<name>.program.cjs`, and the cache of what a start needs beside that.
 *
 * @param root folder of package.json.
 * @param file the bundled program of a plugin, `<name>.cjs`.
 */
export async function addCodeCache(root, file) {
  const program = file.replace(/\.cjs$/, '.program.cjs');
  // V8 tells a program of another length from the one that the cache is of, and no other change.
  rmSync(`${program}.cache`, { force: true });
  renameSync(file, program);
  copyFileSync(join(root, 'scripts', 'load-by-code-cache.cjs'), file);
  const folder = mkdtempSync(join(tmpdir(), 'millrace-build-'));
  try {
    await runOnce(root, file, join(folder, 'p.sock'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts the plugin, asks it what a worker asks first, and ends it; it writes its cache then. */
async function runOnce(root, file, socket) {
  const env = {
    ...process.env,
    MILLRACE_PLUGIN_ADDRESS: `unix:${socket}`,
    MILLRACE_PLUGIN_DIR: dirname(file),
    MILLRACE_WRITE_CODE_CACHE: '1',
  };
  const plugin = spawn(process.execPath, [file], { env, stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = once(plugin, 'exit');
  try {
    await ask(root, `unix:${socket}`);
  } finally {
    plugin.stdin.end();
  }
  const [code] = await ended;
  if (code !== 0 || !existsSync(file.replace(/\.cjs$/, '.program.cjs.cache'))) {
    throw new Error(`'${file}' ended with ${code} and wrote no code cache`);
  }
}

async function ask(root, target) {
  const { Client, credentials, Metadata } = await import('@grpc/grpc-js');
  const { loadSync } = await import('@grpc/proto-loader');
  const protos = loadSync('millrace/plugin/v1/plugin.proto', { includeDirs: [join(root, 'proto')] });
  const service = protos['millrace.plugin.v1.Plugin'];
  const client = new Client(target, credentials.createInsecure(), { 'grpc.initial_reconnect_backoff_ms': 50 });
  const call = ({ path, requestSerialize, responseDeserialize }, request) =>
    new Promise((resolve, reject) => {
      const metadata = new Metadata({ waitForReady: true });
      const options = { deadline: new Date(new Date().getTime() + startTimeoutMs) };
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        options,
        (error, answer) => (error === null ? resolve(answer) : reject(error)),
      );
    });
  try {
    await call(service.Handshake, { majors: [1], nonce: Buffer.alloc(16), worker: 'build' });
    const { connectors } = await call(service.Describe, {});
    for (const { className } of connectors) await call(service.ValidateConfig, { className, config: {} });
  } finally {
    client.close();
  }
}
