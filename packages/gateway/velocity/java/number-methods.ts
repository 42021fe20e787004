import { areEqual, hashOf } from './equality.ts';
import { type Arguments, type MethodBody, type MethodTable, methodTable } from './method-table.ts';
import { compareNumbers, toDouble, toInt, toLong } from './numbers.ts';
import { printValue } from './printing.ts';
import {
  isJavaNumber,
  JavaCharacter,
  JavaDouble,
  JavaLong,
  type JavaNumber,
  type JavaValue,
} from './values.ts';
import { failure } from './template-error.ts';

/** Returns the methods `equals`, `hashCode` and `toString`, which every object has. */
export function objectMethods<Self extends JavaValue>(): Readonly<Record<string, MethodBody<Self>>> {
  return {
    'equals(Object)': (self, args) => areEqual(self, args.any(0), args.budget),
    'hashCode()': (self, args) => hashOf(self, args.budget),
    'toString()': (self, args) => printValue(self, args.budget),
  };
}

function numberAt(args: Arguments, at: number): JavaNumber {
  const value = args.any(at);
  if (value === null || !isJavaNumber(value))
    throw failure(`argument ${at + 1} of a method must be a number`);
  return value;
}

/**
 * Parses a string as `Integer.parseInt` and similar methods do.
 * @throws TemplateError TEMPLATE_FAILED if Java throws a NumberFormatException.
 */
function parseIntegerText(text: string, radix: number, bits: number): bigint {
  const digits = /^[+-]?([\da-z]{1,70})$/i.exec(text)?.[1];
  let value = 0n;
  for (const char of digits ?? '?') {
    const digit = Number.parseInt(char, 36);
    if (!(digit < radix)) throw failure(`the text to parse is not a whole number of base ${radix}`);
    value = value * BigInt(radix) + BigInt(digit);
  }
  if (text.startsWith('-')) value = -value;
  if (BigInt.asIntN(bits, value) !== value)
    throw failure(`the text to parse is a number of more than ${bits} bits`);
  return value;
}

function parseInt32(text: string, radix: number): number {
  if (radix < 2 || radix > 36) throw failure(`the radix ${radix} is out of range; expected 2 to 36`);
  return Number(parseIntegerText(text, radix, 32));
}

function parseDoubleText(text: string): JavaDouble {
  const found =
    /^[\0- ]*([+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,9})?[fFdD]?))[\0- ]*$/.exec(text);
  if (found?.[1] === undefined) throw failure('the text to parse is not a number');
  return new JavaDouble(Number(found[1].replace(/[fFdD]$/, '')));
}

function sign(difference: number): number {
  return Math.sign(difference);
}

/** Returns the methods `intValue()` and similar methods, which every Number has. */
function conversions<Self extends JavaNumber>(): Readonly<Record<string, MethodBody<Self>>> {
  return {
    ...objectMethods<Self>(),
    'byteValue()': (self) => (toInt(self) << 24) >> 24,
    'shortValue()': (self) => (toInt(self) << 16) >> 16,
    'intValue()': (self) => toInt(self),
    'longValue()': (self) => new JavaLong(toLong(self)),
    'doubleValue()': (self) => new JavaDouble(toDouble(self)),
  };
}

/** Methods of java.lang.Integer. Templates use `$n.parseInt("5")` to convert strings to numbers. */
export const INTEGER_METHODS = methodTable<number>({
  ...conversions<number>(),
  'compare(int,int)': (_, args) => sign(args.int(0) - args.int(1)),
  'compareTo(Integer)': (self, args) => sign(self - args.int(0)),
  'max(int,int)': (_, args) => Math.max(args.int(0), args.int(1)),
  'min(int,int)': (_, args) => Math.min(args.int(0), args.int(1)),
  'parseInt(String)': (_, args) => parseInt32(args.text(0), 10),
  'parseInt(String,int)': (_, args) => parseInt32(args.text(0), args.int(1)),
  'signum(int)': (_, args) => sign(args.int(0)),
  'sum(int,int)': (_, args) => (args.int(0) + args.int(1)) | 0,
  'toBinaryString(int)': (_, args) => (args.int(0) >>> 0).toString(2),
  'toHexString(int)': (_, args) => (args.int(0) >>> 0).toString(16),
  'toOctalString(int)': (_, args) => (args.int(0) >>> 0).toString(8),
  'toString(int)': (_, args) => String(args.int(0)),
  'valueOf(int)': (_, args) => args.int(0),
  'valueOf(String)': (_, args) => parseInt32(args.text(0), 10),
});

export const LONG_METHODS = methodTable<JavaLong>({
  ...conversions<JavaLong>(),
  'compareTo(Long)': (self, args) => sign(compareNumbers(self, numberAt(args, 0))),
  'max(long,long)': (_, args) => extreme(args, 1),
  'min(long,long)': (_, args) => extreme(args, -1),
  'parseLong(String)': (_, args) => new JavaLong(parseIntegerText(args.text(0), 10, 64)),
  'toString(long)': (_, args) => String(toLong(numberAt(args, 0))),
  'valueOf(long)': (_, args) => new JavaLong(toLong(numberAt(args, 0))),
  'valueOf(String)': (_, args) => new JavaLong(parseIntegerText(args.text(0), 10, 64)),
});

function extreme(args: Arguments, direction: 1 | -1): JavaLong {
  const [left, right] = [numberAt(args, 0), numberAt(args, 1)];
  return new JavaLong(toLong(compareNumbers(left, right) * direction >= 0 ? left : right));
}

export const DOUBLE_METHODS = methodTable<JavaDouble>({
  ...conversions<JavaDouble>(),
  'compareTo(Double)': (self, args) => sign(compareNumbers(self, numberAt(args, 0))),
  'isInfinite()': (self) => Math.abs(self.value) === Infinity,
  'isNaN()': (self) => Number.isNaN(self.value),
  'max(double,double)': (_, args) =>
    new JavaDouble(Math.max(toDouble(numberAt(args, 0)), toDouble(numberAt(args, 1)))),
  'min(double,double)': (_, args) =>
    new JavaDouble(Math.min(toDouble(numberAt(args, 0)), toDouble(numberAt(args, 1)))),
  'parseDouble(String)': (_, args) => parseDoubleText(args.text(0)),
  'toString(double)': (_, args) => printValue(new JavaDouble(toDouble(numberAt(args, 0))), args.budget),
  'valueOf(double)': (_, args) => new JavaDouble(toDouble(numberAt(args, 0))),
  'valueOf(String)': (_, args) => parseDoubleText(args.text(0)),
});

/** The methods that BigInteger and BigDecimal share, as far as templates need them. */
export const BIG_NUMBER_METHODS: MethodTable<JavaNumber> = methodTable<JavaNumber>(conversions<JavaNumber>());

export const BOOLEAN_METHODS = methodTable<boolean>({
  ...objectMethods<boolean>(),
  'booleanValue()': (self) => self,
  'compareTo(Boolean)': (self, args) => Number(self) - Number(args.boolean(0)),
  'parseBoolean(String)': (_, args) => isTrueText(args.any(0)),
  'toString(boolean)': (_, args) => String(args.boolean(0)),
  'valueOf(boolean)': (_, args) => args.boolean(0),
  'valueOf(String)': (_, args) => isTrueText(args.any(0)),
});

function isTrueText(value: JavaValue): boolean {
  return typeof value === 'string' && value.toLowerCase() === 'true';
}

export const CHARACTER_METHODS = methodTable<JavaCharacter>({
  ...objectMethods<JavaCharacter>(),
  'charValue()': (self) => self,
  'compareTo(Character)': (self, args) => self.value.charCodeAt(0) - args.char(0).charCodeAt(0),
  'getNumericValue(char)': (_, args) => {
    const digit = Number.parseInt(args.char(0), 36);
    return Number.isNaN(digit) ? -1 : digit;
  },
  'isDigit(char)': (_, args) => /^\p{Nd}$/u.test(args.char(0)),
  'isLetter(char)': (_, args) => /^\p{L}$/u.test(args.char(0)),
  'isLetterOrDigit(char)': (_, args) => /^[\p{L}\p{Nd}]$/u.test(args.char(0)),
  'isLowerCase(char)': (_, args) => /^\p{Lowercase}$/u.test(args.char(0)),
  'isUpperCase(char)': (_, args) => /^\p{Uppercase}$/u.test(args.char(0)),
  // oxlint-disable-next-line no-control-regex -- Java counts the separators of ASCII as whitespace
  'isWhitespace(char)': (_, args) => /^[\t-\r\x1c-\x1f\u2028\u2029\p{Zs}]$/u.test(args.char(0)),
  'toLowerCase(char)': (_, args) => new JavaCharacter(args.char(0).toLowerCase().charAt(0)),
  'toUpperCase(char)': (_, args) => new JavaCharacter(args.char(0).toUpperCase().charAt(0)),
});
