import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { packageRoot } from '../../../src/config/package-root.ts';
import { toWorkSet } from '../../../src/group/connectors-and-tasks.ts';
import { describeResult, GroupSimulation } from '../../support/group-simulation.ts';
import { runTranscript, type TranscriptStep } from '../../support/transcript.ts';

const folder = join(packageRoot(), 'test/unit/group/testdata');

/**
 * Commands of the transcripts:
 *
 * ```
 * group max-delay=MS [strict]           a new cluster; strict: the leader behaves as Kafka Connect's
 * connector NAME=TASKS…                 configures connectors, or changes their numbers of tasks
 * delete NAME…                          removes connectors
 * join MEMBER… [url=URL] [has=WORK]     members join; WORK is `c,d|c-0,c-1`
 * gone MEMBER…                          members have left, or their sessions have ended
 * announce-restart MEMBER               the member says that it will leave and come back with its URL
 * new-leader                            another worker leads, which knows no more than which announced restarts are awaited
 * advance MS                            time passes
 * rebalance [undelivered | after-missed]   one round; prints for each member `connectors+tasks: +assigned -revoked`, and the delay
 * converge                              rounds until nobody has a reason for another
 * ```
 */
class Transcript {
  #group = new GroupSimulation({ maxDelayMs: 300_000, strictKafkaDelay: false });

  execute({ name, args }: TranscriptStep): string {
    const options = new Map(args.filter(arg => arg.includes('=')).map((arg): [string, string] => splitOnce(arg, '=')));
    const names = args.filter(arg => !arg.includes('='));
    switch (name) {
      case 'group':
        this.#group = new GroupSimulation({
          maxDelayMs: Number(options.get('max-delay')),
          strictKafkaDelay: names.includes('strict'),
        });
        return '';
      case 'connector':
        for (const [connector, tasks] of options) this.#group.configured.set(connector, Number(tasks));
        return '';
      case 'delete':
        for (const connector of names) this.#group.configured.delete(connector);
        return '';
      case 'join':
        for (const member of names) {
          const url = options.get('url') ?? member;
          this.#group.join(member, { url, active: toWorkSet(parseWork(options.get('has') ?? '|')) });
        }
        return '';
      case 'gone':
        for (const member of names) this.#group.remove(member);
        return '';
      case 'announce-restart':
        for (const member of names) this.#group.announceRestart(member);
        return '';
      case 'new-leader':
        this.#group.changeLeader();
        return '';
      case 'advance':
        this.#group.nowMs += Number(names[0]);
        return '';
      case 'rebalance':
        return describeResult(this.#group.rebalance(outcomeOf(names[0])));
      case 'converge':
        return this.#converge();
      default:
        throw new Error(`Unknown command '${name}'`);
    }
  }

  #converge(): string {
    const rounds: string[] = [];
    this.#group.converge({ roundsMax: 12, each: result => rounds.push(describeResult(result)) });
    return rounds.map((text, index) => `round ${index + 1}\n${text}`).join('\n');
  }
}

function outcomeOf(word: string | undefined): 'completes' | 'is-not-delivered' | 'follows-a-missed-one' {
  if (word === 'undelivered') return 'is-not-delivered';
  return word === 'after-missed' ? 'follows-a-missed-one' : 'completes';
}

function parseWork(text: string): Parameters<typeof toWorkSet>[0] {
  const [connectors, tasks] = splitOnce(text, '|').map(part => part.split(',').filter(word => word !== ''));
  return {
    connectors: connectors ?? [],
    tasks: (tasks ?? []).map(word => ({
      connector: word.slice(0, word.lastIndexOf('-')),
      task: Number(word.slice(word.lastIndexOf('-') + 1)),
    })),
  };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + 1)];
}

describe('the incremental cooperative assignor', () => {
  for (const file of readdirSync(folder).toSorted()) {
    test(`behaves as written in ${file}`, () => {
      const transcript = new Transcript();

      const steps = runTranscript(join(folder, file), step => transcript.execute(step));

      for (const { step, actual } of steps) assert.equal(actual, step.expected, `${file}:${step.line} ${step.name}`);
      assert.ok(steps.length > 0);
    });
  }
});
