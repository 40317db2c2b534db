import { readFileSync, writeFileSync } from 'node:fs';

/** One step of a transcript: a command, and what it must print. */
export interface TranscriptStep {
  readonly line: number;
  readonly name: string;
  /** Words after the name. */
  readonly args: readonly string[];
  readonly expected: string;
}

/** Set to 1, transcripts are written anew with what the commands print now; read the difference before committing it. */
const rewriteVariable = 'MILLRACE_REWRITE_TRANSCRIPTS';
const separator = '----';

/**
 * Runs a transcript: blocks of a command line, `----` and the output, parted by empty lines; lines that begin with `#` are prose.
 * The form is that of etcd-raft's test data.
 *
 * @returns each step with what it printed.
 */
export function runTranscript(
  path: string,
  execute: (step: TranscriptStep) => string,
): readonly { readonly step: TranscriptStep; readonly actual: string }[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  const written: string[] = [];
  const results: { step: TranscriptStep; actual: string }[] = [];
  for (let index = 0; index < lines.length;) {
    const text = lines[index] ?? '';
    if (text === '' || text.startsWith('#')) {
      written.push(text);
      index += 1;
      continue;
    }
    const end = endOfBlock(lines, index);
    const [name = '', ...args] = text.split(' ');
    const step = { line: index + 1, name, args, expected: lines.slice(index + 2, end).join('\n') };
    const actual = execute(step);
    results.push({ step, actual });
    written.push(text, separator, ...(actual === '' ? [] : actual.split('\n')));
    index = end;
  }
  if (process.env[rewriteVariable] === '1') writeFileSync(path, written.join('\n'));
  return results;
}

function endOfBlock(lines: readonly string[], start: number): number {
  const empty = lines.indexOf('', start);
  return empty < 0 ? lines.length : empty;
}
