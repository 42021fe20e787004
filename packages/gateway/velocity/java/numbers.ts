/** Implements Velocity 1.7's arithmetic with Java's numbers. The class of a result determines how it is printed. */
import { JavaBigDecimal, JavaBigInteger, JavaDouble, JavaLong, type JavaNumber } from './values.ts';
import { failure, TemplateError } from './template-error.ts';

const LONG_BITS = 64;
/**
 * The maximum number of digits of a BigInteger or BigDecimal. A multiplication costs one step of the budget, which
 * would be too little for longer numbers.
 */
const MAX_DIGITS = 2_000;

export type MathOperator = 'plus' | 'minus' | 'multiply' | 'divide' | 'modulo';

type JavaInteger = Exclude<JavaNumber, JavaDouble | JavaBigDecimal>;

function isInteger(value: JavaNumber): value is JavaInteger {
  return typeof value === 'number' || value instanceof JavaLong || value instanceof JavaBigInteger;
}

/**
 * Returns an Integer if the value fits, otherwise a Long, otherwise a BigInteger. It is used for number literals and
 * JSON numbers.
 */
function smallestInteger(value: bigint): JavaInteger {
  if (value === BigInt.asIntN(32, value)) return Number(value);
  return value === BigInt.asIntN(LONG_BITS, value) ? new JavaLong(value) : new JavaBigInteger(value);
}

/**
 * Parses the digits of a literal or a JSON number.
 * @throws TemplateError TEMPLATE_LIMIT if there are more than 2,000 digits.
 */
export function parseInteger(digits: string): JavaNumber {
  if (digits.length > MAX_DIGITS) throw tooLong();
  return smallestInteger(BigInt(digits));
}

function bigintOf(value: JavaInteger): bigint {
  return typeof value === 'number' ? BigInt(value) : value.value;
}

/**
 * Returns Java's `intValue`. For a whole number, these are the low 32 bits. A double is truncated and limited to the
 * range of an Integer.
 */
export function toInt(value: JavaNumber): number {
  if (typeof value === 'number') return value;
  if (isInteger(value)) return Number(BigInt.asIntN(32, bigintOf(value)));
  const double = toDouble(value);
  if (Number.isNaN(double)) return 0;
  return Math.max(-2_147_483_648, Math.min(2_147_483_647, Math.trunc(double)));
}

export function toLong(value: JavaNumber): bigint {
  if (isInteger(value)) return BigInt.asIntN(LONG_BITS, bigintOf(value));
  const double = toDouble(value);
  if (Number.isNaN(double)) return 0n;
  const limit = 2n ** 63n;
  if (double >= Number(limit)) return limit - 1n;
  if (double <= -Number(limit)) return -limit;
  return BigInt(Math.trunc(double));
}

export function toDouble(value: JavaNumber): number {
  if (typeof value === 'number') return value;
  if (value instanceof JavaBigDecimal) return Number(printBigDecimal(value));
  return Number(value.value);
}

/** Converts a number to a BigDecimal. The result is exact, because every double has a finite decimal fraction. */
function toBigDecimal(value: JavaNumber): JavaBigDecimal {
  if (value instanceof JavaBigDecimal) return value;
  if (isInteger(value)) return new JavaBigDecimal(bigintOf(value), 0);
  if (!Number.isFinite(value.value)) throw failure('Infinite or NaN has no decimal value');
  let scale = 0;
  let scaled = value.value;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    scale += 1;
  }
  return new JavaBigDecimal(BigInt(scaled) * 5n ** BigInt(scale), scale);
}

/**
 * Returns a negative number, zero or a positive number if `left` is less than, equal to or greater than `right`. NaN
 * equals everything.
 */
export function compareNumbers(left: JavaNumber, right: JavaNumber): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (isInteger(left) && isInteger(right)) return compareOrdered(bigintOf(left), bigintOf(right));
  if (usesBigDecimal(left, right)) {
    const [a, b] = align(toBigDecimal(left), toBigDecimal(right));
    return compareOrdered(a, b);
  }
  return compareOrdered(toDouble(left), toDouble(right));
}

function compareOrdered<Ordered extends bigint | number>(left: Ordered, right: Ordered): number {
  if (left < right) return -1;
  return left > right ? 1 : 0;
}

function usesBigDecimal(left: JavaNumber, right: JavaNumber): boolean {
  if (left instanceof JavaBigDecimal || right instanceof JavaBigDecimal) return true;
  return left instanceof JavaBigInteger || right instanceof JavaBigInteger;
}

function isZero(value: JavaNumber): boolean {
  return value instanceof JavaBigDecimal ? value.unscaled === 0n : toDouble(value) === 0;
}

/** Returns the result, or null for a division by zero, which Velocity treats as no value. */
export function calculate(operator: MathOperator, left: JavaNumber, right: JavaNumber): JavaNumber | null {
  if ((operator === 'divide' || operator === 'modulo') && isZero(right)) return null;
  if (isInteger(left) && isInteger(right)) return calculateInteger(operator, left, right);
  if (usesBigDecimal(left, right)) return calculateDecimal(operator, toBigDecimal(left), toBigDecimal(right));
  return new JavaDouble(calculateDouble(operator, toDouble(left), toDouble(right)));
}

function calculateInteger(operator: MathOperator, left: JavaInteger, right: JavaInteger): JavaNumber {
  const isBig = left instanceof JavaBigInteger || right instanceof JavaBigInteger;
  const a = bigintOf(left);
  const b = bigintOf(right);
  const result = integerResult(operator, a, b, isBig);
  if (isBig) return new JavaBigInteger(bounded(result));
  // The result has the wider of the two classes. If it does not fit into that class, it has a still wider class.
  if (result !== BigInt.asIntN(LONG_BITS, result)) return new JavaBigInteger(result);
  if (left instanceof JavaLong || right instanceof JavaLong) return new JavaLong(result);
  return smallestInteger(result);
}

function integerResult(operator: MathOperator, a: bigint, b: bigint, isBig: boolean): bigint {
  switch (operator) {
    case 'plus':
      return a + b;
    case 'minus':
      return a - b;
    case 'multiply':
      return a * b;
    case 'divide':
      return a / b;
    case 'modulo':
      if (!isBig) return a % b;
      if (b < 0n) throw failure('BigInteger: modulus not positive');
      return ((a % b) + b) % b;
  }
}

function calculateDouble(operator: MathOperator, a: number, b: number): number {
  switch (operator) {
    case 'plus':
      return a + b;
    case 'minus':
      return a - b;
    case 'multiply':
      return a * b;
    case 'divide':
      return a / b;
    case 'modulo':
      return a % b;
  }
}

function calculateDecimal(
  operator: MathOperator,
  left: JavaBigDecimal,
  right: JavaBigDecimal,
): JavaBigDecimal {
  const [a, b] = align(left, right);
  const scale = Math.max(left.scale, right.scale);
  switch (operator) {
    case 'plus':
      return new JavaBigDecimal(bounded(a + b), scale);
    case 'minus':
      return new JavaBigDecimal(bounded(a - b), scale);
    case 'multiply':
      return new JavaBigDecimal(bounded(left.unscaled * right.unscaled), left.scale + right.scale);
    case 'divide':
      // The quotient keeps the scale of the dividend and is rounded half down.
      return new JavaBigDecimal(divideHalfDown(a * 10n ** BigInt(left.scale), b), left.scale);
    case 'modulo':
      throw failure('Cannot calculate the modulo of BigDecimals.');
  }
}

function divideHalfDown(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const twice = 2n * absolute(dividend % divisor);
  if (twice <= absolute(divisor)) return quotient;
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n;
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function align(left: JavaBigDecimal, right: JavaBigDecimal): readonly [bigint, bigint] {
  const scale = Math.max(left.scale, right.scale);
  const raise = (value: JavaBigDecimal) => value.unscaled * 10n ** BigInt(scale - value.scale);
  return [raise(left), raise(right)];
}

const DIGITS_BOUND = 10n ** BigInt(MAX_DIGITS);

function bounded(value: bigint): bigint {
  if (absolute(value) < DIGITS_BOUND) return value;
  throw tooLong();
}

function tooLong(): TemplateError {
  return new TemplateError(
    'TEMPLATE_LIMIT',
    `a number has more than ${MAX_DIGITS} digits; expected a smaller one`,
  );
}

/** Returns Java's `toString` for the class of the number. */
export function printNumber(value: JavaNumber): string {
  if (typeof value === 'number') return String(value);
  if (value instanceof JavaDouble) return printDouble(value.value);
  if (value instanceof JavaBigDecimal) return printBigDecimal(value);
  return String(value.value);
}

/** Formats a double with at least one decimal. Values below 10^-3 and from 10^7 on are printed with an exponent. */
export function printDouble(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) {
    const text = String(value);
    return text.includes('.') ? text : `${text}.0`;
  }
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${exponent.replace('+', '')}`;
}

function printBigDecimal({ unscaled, scale }: JavaBigDecimal): string {
  const sign = unscaled < 0n ? '-' : '';
  const digits = String(absolute(unscaled));
  const exponent = digits.length - 1 - scale;
  if (scale < 0 || exponent < -6) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${sign}${digits.charAt(0)}${fraction}${exponent === 0 ? '' : `E${exponent > 0 ? '+' : ''}${exponent}`}`;
  }
  if (scale === 0) return sign + digits;
  const padded = digits.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}
