import { ConnectError } from '../errors/connect-error.ts';

/** Most digits and largest power of ten for which a decimal is written out in full (I7). */
const maxDigits = 10_000;

/**
 * A decimal number of any size: `unscaled` × 10^-`scale`. Numbers of other scale are other values: 1.0 is not 1.00.
 *
 * @see `java.math.BigDecimal`.
 */
export class Decimal {
  readonly unscaled: bigint;
  readonly scale: number;

  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled;
    this.scale = scale;
  }

  /** Reads a number as `new BigDecimal(String)` does; undefined for a text that is none. */
  static parse(text: string): Decimal | undefined {
    const parts = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,10}))?$/.exec(text);
    if (parts === null || text.length > maxDigits) return undefined;
    const [, sign = '', whole = '', fraction = '', power = '0'] = parts;
    if (whole === '' && fraction === '') return undefined;
    const scale = fraction.length - Number(power);
    if (Math.abs(Number(power)) > 0x7fffffff || scale !== (scale | 0)) return undefined;
    const magnitude = BigInt(whole + fraction);
    return new Decimal(sign === '-' ? -magnitude : magnitude, scale);
  }

  /** The number whose unscaled value stands in these bytes: big-endian two's complement. */
  static fromBytes(bytes: Uint8Array, scale: number): Decimal {
    if (bytes.length === 0) throw new ConnectError('DATA_INVALID', 'A decimal has at least one byte');
    const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
    return new Decimal(BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`)), scale);
  }

  /** The unscaled value as big-endian two's complement, in as few bytes as hold it. */
  toBytes(): Uint8Array {
    const magnitude = this.unscaled < 0n ? ~this.unscaled : this.unscaled;
    const bits = magnitude === 0n ? 0 : magnitude.toString(2).length;
    const byteLength = Math.floor(bits / 8) + 1;
    const hex = BigInt.asUintN(byteLength * 8, this.unscaled).toString(16);
    return Buffer.from(hex.padStart(byteLength * 2, '0'), 'hex');
  }

  /** The low 64 bits of the number with fractions cut off, as `longValue` gives them. */
  toInt64(): bigint {
    // From the 64th power on, all of the low bits of a power of ten are 0.
    if (this.scale <= 0) return this.scale < -63 ? 0n : BigInt.asIntN(64, this.unscaled * 10n ** BigInt(-this.scale));
    return this.scale > maxDigits ? 0n : BigInt.asIntN(64, this.unscaled / 10n ** BigInt(this.scale));
  }

  /** The nearest FLOAT64. */
  toNumber(): number {
    return Number(`${this.unscaled}E${-this.scale}`);
  }

  /** Text as `BigDecimal.toString` has it: plain, or with an exponent for very small numbers and negative scales. */
  toJavaText(): string {
    const sign = this.unscaled < 0n ? '-' : '';
    const digits = String(this.unscaled < 0n ? -this.unscaled : this.unscaled);
    if (this.scale === 0) return sign + digits;
    const exponent = digits.length - 1 - this.scale;
    if (this.scale > 0 && exponent >= -6) return sign + plainText(digits, this.scale);
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    const power = exponent === 0 ? '' : `E${exponent > 0 ? '+' : ''}${exponent}`;
    return `${sign}${digits.charAt(0)}${fraction}${power}`;
  }
}

function plainText(digits: string, scale: number): string {
  const padded = digits.padStart(scale + 1, '0');
  return `${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}
