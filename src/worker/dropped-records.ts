import type { ConnectError } from '../errors/connect-error.ts';
import type { Failure } from '../wire/data-messages.ts';
import type { Dropped } from '../wire/source-messages.ts';

/** Reasons told apart in one batch; each travels in an acknowledgement, which has to stay small (I7). */
const reasonsMax = 50;
const messageCharsMax = 500;

/** Of one reason. */
interface Group {
  readonly index: number[];
  readonly why: Failure | null;
  /** Records, be their positions known or not. */
  count: number;
}

const manyReasons: Failure = {
  category: 'DATA',
  code: 'MANY_ERRORS',
  message: `One of more than ${reasonsMax} different errors in this batch; the worker logs each with errors.log.enable`,
  detail: '',
  retryAfterMs: 0,
};

/** Records of one batch that were dropped on purpose, by reason: what the source plugin is told of them. */
export class DroppedRecords {
  readonly #groups = new Map<string, Group>();

  /** A record at a position of the batch; null: transforms filtered it. */
  add(index: number, error: ConnectError | null): void {
    const group = this.#groupOf(error);
    group.index.push(index);
    group.count += 1;
  }

  /** Records whose positions nobody knows any more. */
  addUnknown(count: number, error: ConnectError): void {
    this.#groupOf(error).count += count;
  }

  /** For the acknowledgement of batch `seq`. */
  toDropped(seq: number): readonly Dropped[] {
    return [...this.#groups.values()].map(group => ({ seq, ...group }));
  }

  #groupOf(error: ConnectError | null): Group {
    const key = error === null ? '' : `${error.code} ${error.message}`;
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    if (error !== null && this.#groups.size >= reasonsMax) return this.#add(manyReasons.code, manyReasons);
    return this.#add(key, error === null ? null : toFailure(error));
  }

  #add(key: string, why: Failure | null): Group {
    const group = this.#groups.get(key) ?? { index: [], why, count: 0 };
    this.#groups.set(key, group);
    return group;
  }
}

function toFailure(error: ConnectError): Failure {
  const { code } = error;
  const category = error.isRetriable ? 'TRANSIENT' : 'DATA';
  return { category, code, message: error.message.slice(0, messageCharsMax), detail: '', retryAfterMs: 0 };
}
