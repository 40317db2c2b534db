/**
 * What a bundled plugin is started by: runs the program beside it with V8's code cache, so that it does not have to be compiled first.
 * The cache is of one version of Node; any other ignores it. See scripts/code-cache.mjs and ADR 0073.
 */
'use strict';
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const { Script } = require('node:vm');

const program = __filename.replace(/\.cjs$/, '.program.cjs');
const cache = `${program}.cache`;

function readCache() {
  try {
    return readFileSync(cache);
  } catch {
    return undefined; // it starts without one, only slower
  }
}

const text = readFileSync(program, 'utf8');
const script = new Script(`(function (exports, require, module, __filename, __dirname) {\n${text}\n})`, {
  filename: program,
  lineOffset: -1,
  cachedData: readCache(),
});
script.runInThisContext()(exports, require, module, program, __dirname);

// The build runs the program once to its end, with all that a start needs.
if (process.env.MILLRACE_WRITE_CODE_CACHE !== undefined) {
  process.on('exit', () => {
    writeFileSync(`${cache}.new`, script.createCachedData());
    renameSync(`${cache}.new`, cache);
  });
}
