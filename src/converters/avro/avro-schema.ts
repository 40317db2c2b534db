/**
 * Avro schemas as Java's library has them: full names, attributes of one's own, defaults as JSON. A named type that occurs twice is
 * one object, and a record may contain itself.
 */
import type { JsonNode } from '../../data/json-node.ts';

/** Types without parts and names, as Avro names them. */
export const avroPrimitives = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;

/** Attributes that the specification does not define, in their order. */
export type AvroProps = Map<string, JsonNode>;

/** A type without parts. */
export interface AvroPrimitive {
  readonly type: (typeof avroPrimitives)[number];
  readonly props: AvroProps;
}

/** A record; its fields may be added after it was made, so that they can contain it. */
export interface AvroRecord {
  readonly type: 'record';
  /** Full name. */
  readonly name: string;
  readonly doc: string | null;
  readonly fields: AvroField[];
  readonly aliases: readonly string[];
  readonly props: AvroProps;
}

/** A field of a record. */
export interface AvroField {
  readonly name: string;
  readonly schema: AvroSchema;
  readonly doc: string | null;
  /** Undefined for none. */
  readonly defaultValue: JsonNode | undefined;
  /** Null for the usual one, ascending. */
  readonly order: string | null;
  readonly aliases: readonly string[];
  readonly props: AvroProps;
}

/** One of several texts. */
export interface AvroEnum {
  readonly type: 'enum';
  readonly name: string;
  readonly doc: string | null;
  readonly symbols: readonly string[];
  readonly defaultSymbol: string | null;
  readonly aliases: readonly string[];
  readonly props: AvroProps;
}

/** A fixed number of bytes. */
export interface AvroFixed {
  readonly type: 'fixed';
  readonly name: string;
  readonly doc: string | null;
  readonly size: number;
  readonly aliases: readonly string[];
  readonly props: AvroProps;
}

/** A list. */
export interface AvroArray {
  readonly type: 'array';
  readonly items: AvroSchema;
  readonly props: AvroProps;
}

/** A map from texts. */
export interface AvroMap {
  readonly type: 'map';
  readonly values: AvroSchema;
  readonly props: AvroProps;
}

/** One of several types. */
export interface AvroUnion {
  readonly type: 'union';
  readonly branches: readonly AvroSchema[];
}

/** Types that have names. */
export type AvroNamed = AvroRecord | AvroEnum | AvroFixed;

/** An Avro schema. */
export type AvroSchema = AvroPrimitive | AvroNamed | AvroArray | AvroMap | AvroUnion;

/** A type without parts. */
export function avroPrimitive(type: AvroPrimitive['type']): AvroPrimitive {
  return { type, props: new Map() };
}

/** Whether the type has a name. */
export function isNamed(schema: AvroSchema): schema is AvroNamed {
  return schema.type === 'record' || schema.type === 'enum' || schema.type === 'fixed';
}

/** Attributes of the schema; a union has none. */
export function propsOf(schema: AvroSchema): ReadonlyMap<string, JsonNode> {
  return schema.type === 'union' ? noProps : schema.props;
}

const noProps: ReadonlyMap<string, JsonNode> = new Map();

/** An attribute that is a text; undefined for one that is none or missing. */
export function textProp(schema: AvroSchema, name: string): string | undefined {
  const value = propsOf(schema).get(name);
  return typeof value === 'string' ? value : undefined;
}

/** A field without anything but the essential. */
export function avroField(field: Pick<AvroField, 'name' | 'schema'> & Partial<AvroField>): AvroField {
  return { doc: null, defaultValue: undefined, order: null, aliases: [], props: new Map(), ...field };
}
