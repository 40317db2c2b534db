import { doubleToJavaText, floatToJavaText } from './java-number-text.ts';

/** Types of numbers that a JavaScript number alone does not tell apart. */
export type NarrowType = 'INT8' | 'INT16' | 'INT32' | 'FLOAT32';

/**
 * A number in data without schema that is narrower than what a bare number (FLOAT64) or bigint (INT64) stands for there. Transforms
 * make them, by a cast to INT32 for instance; where there is a schema, numbers are bare.
 */
export class NarrowNumber {
  readonly type: NarrowType;
  readonly value: number;

  constructor(type: NarrowType, value: number) {
    this.type = type;
    this.value = value;
  }
}

/** A number as Java writes one of that type. */
export function numberToJavaText(type: NarrowType | 'FLOAT64', value: number): string {
  if (type === 'FLOAT64') return doubleToJavaText(value);
  return type === 'FLOAT32' ? floatToJavaText(value) : String(value);
}
