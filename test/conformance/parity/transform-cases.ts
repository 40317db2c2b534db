/** Transforms with settings, each to be tried on many records. */
import { ConnectHeaders } from '../../../src/data/connect-headers.ts';
import type { ConnectRecord } from '../../../src/transforms/connect-record.ts';
import { recordOf, sideData } from './transform-records.ts';

/** One case. */
export interface TransformCase {
  readonly title: string;
  readonly className: string;
  readonly config: Readonly<Record<string, string>>;
  readonly record: ConnectRecord;
}

type Configs = readonly Readonly<Record<string, string>>[];

const castTypes = ['int8', 'int16', 'int32', 'int64', 'float32', 'float64', 'boolean', 'string'];
const scalarFields = ['i8', 'i16', 'i32', 'i64', 'f32', 'f64', 'bool', 'numStr', 'dec', 'date', 'time', 'ts'];
const noDefault = { 'replace.null.with.default': 'false' };

/** Settings of the transforms that work on key or value; each is tried on every kind of data. */
const sided: Readonly<Record<string, Configs>> = {
  Cast: [
    ...castTypes.map(type => ({ spec: type })),
    ...castTypes.map(type => ({ spec: scalarFields.map(field => `${field}:${type}`).join(',') })),
    ...castTypes.map(type => ({ spec: `str:${type}` })),
    { spec: 'bytes:string,missing:int8, i32 : STRING ' },
    { spec: 'bytes:int32' },
    { spec: 'arr:string' },
    { spec: 'nested:string' },
    { spec: 'withDefault:string,required:string', ...noDefault },
    { spec: 'required:float64,withDefault:boolean' },
    { spec: '' },
    { spec: 'int8,i8:int16' },
    { spec: 'i8:bytes' },
    { spec: 'i8:int7' },
    { spec: 'a:b:c' },
    {},
  ],
  ExtractField: [
    { field: 'i32' },
    { field: 'missing' },
    { field: 'withDefault' },
    { field: 'required', ...noDefault },
    { field: 'withDefault', ...noDefault },
    { field: 'nested' },
    { field: 'nested.inner.x' },
    { field: 'a.b' },
    { field: 'nested.inner.x', 'field.syntax.version': 'V2' },
    { field: 'nested.inner.y', 'field.syntax.version': 'v2' },
    { field: 'nested.inner.`dotted.name`', 'field.syntax.version': 'V2' },
    { field: '`a.b`', 'field.syntax.version': 'V2' },
    { field: 'nested.missing.x', 'field.syntax.version': 'V2' },
    { field: 'str.x', 'field.syntax.version': 'V2' },
    { field: '`a.b', 'field.syntax.version': 'V2' },
    { field: '`a\\`.b`', 'field.syntax.version': 'V2' },
    { field: 'a`b', 'field.syntax.version': 'V2' },
    { field: 'nested.', 'field.syntax.version': 'V2' },
    { field: 'i32', 'field.syntax.version': 'V3' },
    {},
  ],
  Flatten: [{}, { delimiter: '_' }, { delimiter: '' }],
  HeaderFrom: [
    { fields: 'str', headers: 'h1', operation: 'copy' },
    { fields: 'str,ts', headers: 'h3,h4', operation: 'move' },
    { fields: 'withDefault,required', headers: 'a,b', operation: 'copy' },
    { fields: 'withDefault', headers: 'a', operation: 'copy', ...noDefault },
    { fields: 'missing', headers: 'a', operation: 'copy' },
    { fields: 'missing,str', headers: 'a,b', operation: 'move' },
    { fields: 'nested,arr', headers: 'a,a', operation: 'copy' },
    { fields: 'str,ts', headers: 'a', operation: 'copy' },
    { fields: 'str', headers: 'a', operation: 'steal' },
    { fields: '', headers: '', operation: 'copy' },
    { fields: 'str', operation: 'copy' },
  ],
  HoistField: [{ field: 'wrapped' }, {}],
  InsertField: [
    { 'topic.field': 't', 'partition.field': 'p', 'offset.field': 'o', 'timestamp.field': 'ts2' },
    { 'topic.field': 't!', 'partition.field': 'p!', 'offset.field': 'o?', 'timestamp.field': 'ts2!' },
    { 'static.field': 's', 'static.value': 'fixed' },
    { 'static.field': 's!', 'static.value': 'fixed', ...noDefault },
    { 'topic.field': 'str' },
    { 'static.field': 's' },
    { 'static.value': 'v' },
    {},
  ],
  MaskField: [
    { fields: [...scalarFields, 'str', 'arr'].join(',') },
    { fields: 'bytes' },
    { fields: 'nested' },
    { fields: 'missing' },
    { fields: 'str,numStr', replacement: 'xxx' },
    { fields: 'i8,i16,i32,i64,f32,f64', replacement: '300' },
    { fields: 'i8,i16,i32,i64,f32,f64', replacement: '-1.75' },
    { fields: 'i32', replacement: 'no number' },
    { fields: 'dec', replacement: '9.99' },
    { fields: 'bool', replacement: 'true' },
    { fields: 'ts', replacement: '5' },
    { fields: 'arr', replacement: '5' },
    { fields: 'str', replacement: '' },
    { fields: 'withDefault,required', replacement: '7' },
    { fields: 'withDefault,required', ...noDefault },
    { fields: '' },
    {},
  ],
  ReplaceField: [
    { exclude: 'str,nested' },
    { include: 'str,ts,i32' },
    { include: 'str,ts', exclude: 'ts' },
    { renames: 'str:name,i32:number' },
    { renames: 'str:i32' },
    { renames: 'str:i32,i32:str' },
    { include: 'str', renames: 'str:name', ...noDefault },
    { renames: 'str' },
    { renames: 'a:b:c' },
    { ...noDefault },
    {},
  ],
  SetSchemaMetadata: [
    { 'schema.name': 'New' },
    { 'schema.version': '12' },
    { 'schema.name': 'New', 'schema.version': '-1', ...noDefault },
    { 'schema.version': 'x' },
    {},
  ],
  TimestampConverter: [
    ...['string', 'unix', 'Date', 'Time', 'Timestamp'].flatMap(type => [
      { 'target.type': type, format: 'yyyy-MM-dd HH:mm:ss' },
      { 'target.type': type, format: 'yyyy-MM-dd HH:mm:ss', field: 'ts' },
      { 'target.type': type, format: 'yyyy-MM-dd HH:mm:ss', field: 'str' },
    ]),
    ...['i64', 'date', 'time', 'missing', 'i32'].map(field => ({ 'target.type': 'Timestamp', field })),
    ...['seconds', 'milliseconds', 'microseconds', 'nanoseconds'].flatMap(precision => [
      { 'target.type': 'unix', 'unix.precision': precision },
      { 'target.type': 'Timestamp', 'unix.precision': precision },
      { 'target.type': 'unix', field: 'ts', 'unix.precision': precision },
    ]),
    { 'target.type': 'Timestamp' },
    { 'target.type': 'string' },
    { 'target.type': 'string', format: 'bad format' },
    { 'target.type': 'date' },
    { 'target.type': 'unix', 'unix.precision': 'weeks' },
    { 'target.type': 'unix', field: 'ts', ...noDefault },
    {},
  ],
};

/** Settings of the transforms without sides that look at values. */
const onValues: Readonly<Record<string, Configs>> = {
  ValueToKey: [
    { fields: 'str' },
    { fields: 'str,ts,nested' },
    { fields: 'missing' },
    { fields: 'str,str' },
    { fields: 'withDefault,required' },
    { fields: 'withDefault', ...noDefault },
    { fields: '' },
    {},
  ],
  Filter: [{}],
};

/** Settings of the transforms that look neither at key nor at value. */
const onRecords: Readonly<Record<string, Configs>> = {
  DropHeaders: [{ headers: 'h1' }, { headers: 'h2, nothing' }, { headers: '' }, {}],
  InsertHeader: [
    ...[
      'text',
      '7',
      '1.5',
      'true',
      'null',
      '[1,2]',
      '{"a":1}',
      '2020-01-01',
      '',
      '[1,"a"]',
      '99999999999999999999',
    ].map(literal => ({ header: 'new', 'value.literal': literal })),
    { header: 'h1', 'value.literal': 'again' },
    { 'value.literal': 'x' },
    { header: 'x' },
  ],
  RegexRouter: [
    { regex: '(.*)-(.*)', replacement: '$2_$1' },
    { regex: 'orders-(?<region>.*)', replacement: '${region}' },
    { regex: 'orders', replacement: 'x' },
    { regex: 'o|orders-eu', replacement: 'X' },
    { regex: '.*', replacement: '\\$1\\\\' },
    { regex: '(.*)', replacement: '$11' },
    { regex: '(.*)', replacement: '$2' },
    { regex: '(.*)', replacement: '$x' },
    { regex: '(.*)', replacement: '${nope}' },
    { regex: '(.*)', replacement: 'end\\' },
    { regex: '(x)?.*', replacement: '[$1]' },
    { regex: '(?i)ORDERS-.*', replacement: 'lower' },
    { regex: '(', replacement: 'x' },
    { regex: '[a-z&&[^o]]+', replacement: 'x' },
    { regex: '.*', replacement: '' },
    { replacement: 'x' },
    { regex: 'x' },
  ],
  TimestampRouter: [
    {},
    { 'topic.format': '${topic}.${timestamp}.${topic}', 'timestamp.format': 'yyyy-MM-dd' },
    { 'topic.format': 'fixed$1', 'timestamp.format': "HH'h'" },
    { 'timestamp.format': 'EEE, MMM d, yy h:mm a Z' },
  ],
};

const prefix = 'org.apache.kafka.connect.transforms.';

/** All cases. */
export function transformCases(): readonly TransformCase[] {
  return [...sidedCases(), ...valueCases(), ...recordCases()];
}

function* sidedCases(): Generator<TransformCase> {
  for (const [name, configs] of Object.entries(sided)) {
    for (const config of configs) {
      for (const [what, data] of Object.entries(sideData)) {
        for (const side of sidesOf(what)) {
          const className = `${prefix}${name}$${side}`;
          yield { title: title(className, config, what), className, config, record: recordOf(side, data) };
        }
      }
    }
  }
}

/** Both sides share their code: each is tried on half of the data, and on what Kafka knows by its side alone. */
function sidesOf(what: string): readonly ('Key' | 'Value')[] {
  if (what === 'tombstone') return ['Key', 'Value'];
  return [what.length % 2 === 0 ? 'Value' : 'Key'];
}

function* valueCases(): Generator<TransformCase> {
  for (const [name, configs] of Object.entries(onValues)) {
    for (const config of configs) {
      for (const [what, data] of Object.entries(sideData)) {
        const className = prefix + name;
        yield { title: title(className, config, what), className, config, record: recordOf('Value', data) };
      }
    }
  }
}

function* recordCases(): Generator<TransformCase> {
  const data = { schema: null, value: 'v' };
  const records: Readonly<Record<string, ConnectRecord>> = {
    'sink record': recordOf('Value', data),
    'source record': recordOf('Value', data, { origin: { kind: 'source' }, partition: null }),
    'record without timestamp': recordOf('Value', data, { timestampMs: null }),
    'record of another topic': recordOf('Value', data, { topic: 'a', headers: new ConnectHeaders() }),
  };
  for (const [name, configs] of Object.entries(onRecords)) {
    for (const config of configs) {
      for (const [what, record] of Object.entries(records)) {
        const className = prefix + name;
        yield { title: title(className, config, what), className, config, record };
      }
    }
  }
  for (const config of sided['InsertField'] ?? []) {
    for (const what of ['struct', 'map', 'optional struct'] as const) {
      const className = `${prefix}InsertField$Value`;
      const of = sideData[what] ?? data;
      const bare = { origin: { kind: 'source' }, partition: null, timestampMs: null } as const;
      yield {
        title: title(className, config, `${what} of a source`),
        className,
        config,
        record: recordOf('Value', of, bare),
      };
    }
  }
}

function title(className: string, config: Readonly<Record<string, string>>, what: string): string {
  return `${className.slice(prefix.length)} ${JSON.stringify(config)} on ${what}`;
}
