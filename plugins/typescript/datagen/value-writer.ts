import type { Shape } from './datagen-config.ts';

/** Writes the text of one record into `target` from its start. @returns its length; `target` is long enough. */
export type ValueWriter = (target: Buffer, count: number) => number;

const zero = 0x30;
const dash = 0x2d;

/** Longest text that the shapes but `bytes` make. */
export const maxShapeBytes = 256;

/** The writer of a shape. The same generator and count give the same bytes on every run. */
export function createValueWriter(
  shape: Shape,
  options: { readonly generator: number; readonly size: number },
): ValueWriter {
  switch (shape) {
    case 'counter':
      return createCounterWriter(options.generator);
    case 'bytes':
      return createFilledWriter(options);
    case 'user':
      return (target, count) => target.write(JSON.stringify(makeUser(options.generator, count)));
    case 'order':
      return (target, count) => target.write(JSON.stringify(makeOrder(options.generator, count)));
  }
}

/** `<generator>-<count>`. */
export function createCounterWriter(generator: number): ValueWriter {
  const prefix = Buffer.from(String(generator));
  return (target, count) => {
    target.set(prefix);
    target[prefix.length] = dash;
    return prefix.length + 1 + writeDigits(target, prefix.length + 1, count);
  };
}

/**
 * The counter and, behind a dash, as many letters as the size leaves room for. The letters are written once for each buffer: the
 * counter in front of them only ever grows.
 */
function createFilledWriter(options: { readonly generator: number; readonly size: number }): ValueWriter {
  const writeCounter = createCounterWriter(options.generator);
  const scratch = Buffer.alloc(maxShapeBytes);
  let filled: Buffer | undefined;
  return (target, count) => {
    if (filled !== target) target.fill('abcdefghijklmnopqrstuvwxyz', 0, options.size);
    filled = target;
    const length = Math.min(writeCounter(scratch, count), options.size);
    target.set(scratch.subarray(0, length));
    if (length < options.size) target[length] = dash;
    return options.size;
  };
}

function writeDigits(target: Buffer, start: number, value: number): number {
  let length = 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) length += 1;
  let rest = value;
  for (let at = start + length - 1; at >= start; at -= 1) {
    const next = Math.floor(rest / 10);
    target[at] = zero + (rest - next * 10);
    rest = next;
  }
  return length;
}

/** Spreads neighbouring counts over a small range, always in the same way. */
function pick(count: number, below: number): number {
  return (Math.imul(count + 1, 2_654_435_761) >>> 8) % below;
}

function makeUser(generator: number, count: number): object {
  return {
    userid: `User_${generator}_${count}`,
    registertime: 1_500_000_000_000 + count * 1000,
    regionid: `Region_${pick(count, 9) + 1}`,
    gender: ['FEMALE', 'MALE', 'OTHER'][pick(count, 3)],
  };
}

function makeOrder(generator: number, count: number): object {
  return {
    orderid: `${generator}-${count}`,
    ordertime: 1_500_000_000_000 + count * 1000,
    itemid: `Item_${pick(count, 200)}`,
    orderunits: pick(count, 1000) / 100,
    address: { city: `City_${pick(count, 90) + 1}`, zipcode: 10_000 + pick(count, 80_000) },
  };
}
