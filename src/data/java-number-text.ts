/** Floating point numbers as Java writes them, in converters and in `toString`. */

/** Text of a floating point number as Java's `Double.toString` writes it (JDK 19 and later: the shortest that reads back). */
export function doubleToJavaText(value: number): string {
  return numberToJavaText(value, shortestDoubleText(Math.abs(value)));
}

/** Text of a 32-bit floating point number as Java's `Float.toString` writes it. */
export function floatToJavaText(value: number): string {
  return numberToJavaText(value, shortestFloatText(Math.abs(value)));
}

/** The text with fewest digits, but two at least, that a number reads back from: Java has 4.9E-324 where JavaScript has 5e-324. */
function shortestDoubleText(value: number): string {
  const text = String(value);
  return /^[1-9](?:e.*)?$/.test(text) ? value.toExponential(1) : text;
}

/** The text with fewest digits, but two at least, that a 32-bit float reads back from. */
function shortestFloatText(value: number): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  for (let digits = 2; digits < 10; digits += 1) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(value);
}

function numberToJavaText(value: number, magnitudeText: string): string {
  if (Number.isNaN(value)) return 'NaN';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const magnitude = Math.abs(value);
  if (magnitude === Infinity) return `${sign}Infinity`;
  if (magnitude === 0) return `${sign}0.0`;
  const { digits, exponent } = toScientific(magnitudeText);
  // Java writes plain digits from 10^-3 up to, not including, 10^7, and one digit before the point otherwise.
  if (magnitude >= 1e-3 && magnitude < 1e7) return sign + plainText(digits, exponent);
  return `${sign}${digits.charAt(0)}.${digits.slice(1) || '0'}E${exponent}`;
}

/** Significant digits and the power of ten of the first one. */
function toScientific(text: string): { readonly digits: string; readonly exponent: number } {
  const [mantissa = '', power = '0'] = text.split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const all = whole + fraction;
  const leading = all.length - all.replace(/^0+/, '').length;
  const digits = all.slice(leading).replace(/0+$/, '');
  return { digits, exponent: Number(power) + whole.length - 1 - leading };
}

function plainText(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${whole}.${digits.slice(exponent + 1) || '0'}`;
}
