import assert from 'node:assert/strict';
import { toRange, type SideConversion } from '../../src/converters/byte-conversion.ts';
import { ConnectError } from '../../src/errors/connect-error.ts';
import { createSilentLogger, type Logger } from '../../src/logging/logger.ts';
import type { WireHeader } from '../../src/wire/batch-reader.ts';
import { BatchWriter } from '../../src/wire/batch-writer.ts';
import type { BatchRange, SchemaDeclaration } from '../../src/wire/data-messages.ts';
import type { Dropped } from '../../src/wire/source-messages.ts';
import { decodeSourceUp } from '../../src/wire/stream-codec.ts';
import { SourceIntake } from '../../src/worker/source-intake.ts';
import type { SourceTransforms } from '../../src/worker/source-transforms.ts';
import { SubmittedBatches } from '../../src/worker/submitted-batches.ts';
import { KeepingProducer, makeRecordErrors } from './record-errors.ts';
import { recordOf } from './record-views.ts';

/** A schema of texts. */
export const utf8 = (id: number): SchemaDeclaration => ({
  id,
  format: 'UTF8',
  definition: new Uint8Array(),
  name: '',
  version: 0,
});
/** Puts `<` and `>` around. */
export const brackets: SideConversion = {
  convert: (source, start, end) => {
    const buffer = Buffer.from(`<${source.toString('utf8', start, end)}>`);
    return toRange(buffer);
  },
};

const refusing = (): SideConversion => {
  throw new ConnectError('DATA_INVALID', 'cannot write RAW');
};

/** A batch as a plugin sends it; keys have no schema. */
export function batchOf(
  seq: number,
  records: readonly {
    readonly key?: string;
    readonly value?: string;
    readonly topicId?: number;
    readonly partition?: number;
    readonly headers?: readonly WireHeader[];
  }[],
  valueSchema = 1,
): BatchRange {
  const writer = new BatchWriter();
  writer.begin({ seq, keySchema: 0, valueSchema });
  for (const { key, value, topicId = 1, partition = -1, headers = [] } of records) {
    const record = { ...recordOf({ key: key ?? null, value: value ?? null }), headers };
    writer.append(record, { topicId, partition, offset: -1 });
  }
  writer.addOffset(Buffer.from('{"f":"a"}'), Buffer.from(`{"n":${seq}}`));
  const message = decodeSourceUp(writer.finishSourceUp());
  if (message.kind !== 'batch') assert.fail(`a batch was written, ${message.kind} was read`);
  return message.batch;
}

export const operations = {
  key: { stage: 'KEY_CONVERTER', className: 'K' },
  value: { stage: 'VALUE_CONVERTER', className: 'V' },
  header: { stage: 'HEADER_CONVERTER', className: 'H' },
} as const;

/** An intake into a producer that keeps records; only UTF8 can be written. */
export function intakeWith(
  options: {
    readonly value?: SideConversion;
    readonly header?: SideConversion;
    readonly transforms?: SourceTransforms;
    readonly keys?: Readonly<Record<string, string>>;
    readonly log?: Logger;
  } = {},
) {
  const { log = createSilentLogger() } = options;
  const { errors, metrics, clock } = makeRecordErrors(options.keys, { type: 'source', log });
  const producer = new KeepingProducer();
  const produced: number[] = [];
  const dropped: Dropped[] = [];
  const submitted = new SubmittedBatches({
    produced: (seq, records) => {
      produced.push(seq);
      dropped.push(...records);
    },
    failed: () => false,
  });
  const conversion = {
    operations,
    key: (schema: { readonly format: string }) => (schema.format === 'UTF8' ? ('as-is' as const) : refusing()),
    value: (schema: { readonly format: string }) =>
      schema.format === 'UTF8' ? (options.value ?? 'as-is') : refusing(),
    header: () => options.header ?? 'as-is',
  };
  const tracker = { resets: 0, noted: [] as string[], note: (topic: string) => void tracker.noted.push(topic) };
  const intake = new SourceIntake({
    producer,
    submitted,
    conversion,
    transforms: options.transforms ?? null,
    errors,
    tracker,
  });
  return { intake, producer, submitted, produced, dropped, metrics, clock, tracker };
}
