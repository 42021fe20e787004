import { hashOf } from './equality.ts';
import { type Arguments, type MethodBody, methodTable } from './method-table.ts';
import { printValue } from './printing.ts';
import { matchesRegex, replaceRegex, splitRegex } from './regex.ts';
import {
  JavaCharacter,
  JavaList,
  type JavaValue,
  isJavaNumber,
  JavaBigDecimal,
  JavaDouble,
} from './values.ts';
import { failure } from './template-error.ts';
import { toDouble, toLong } from './numbers.ts';
import type { RenderBudget } from './render-budget.ts';

function checkIndex(index: number, length: number): number {
  if (index < 0 || index >= length)
    throw failure(`index ${index} is out of bounds; expected 0 to ${length - 1}`);
  return index;
}

function substring(text: string, from: number, to: number): string {
  if (from < 0 || to > text.length || from > to) {
    throw failure(`substring ${from} to ${to} is out of bounds; expected 0 to ${text.length}`);
  }
  return text.slice(from, to);
}

function compareTexts(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const difference = left.charCodeAt(at) - right.charCodeAt(at);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function foldCase(text: string): string {
  return text.toUpperCase().toLowerCase();
}

function replaceText(text: string, search: string, replacement: string, { budget }: Arguments): string {
  budget.spendChars(text.length);
  const parts = search === '' ? ['', ...text.split(''), ''] : text.split(search);
  budget.spend(parts.length);
  budget.checkLength(text.length + (parts.length - 1) * replacement.length);
  return parts.join(replacement);
}

function trim(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && text.charAt(from) <= ' ') from += 1;
  while (to > from && text.charAt(to - 1) <= ' ') to -= 1;
  return text.slice(from, to);
}

function concat(self: string, args: Arguments): string {
  const other = args.text(0);
  args.budget.checkLength(self.length + other.length);
  args.budget.spendChars(self.length + other.length);
  return self + other;
}

function join(items: readonly JavaValue[], args: Arguments): string {
  const parts = items.map((item) => printValue(item, args.budget));
  const separator = args.text(0);
  args.budget.checkLength(parts.reduce((sum, part) => sum + part.length + separator.length, 0));
  return parts.join(separator);
}

function arrayOfTexts(texts: readonly string[]): JavaList {
  return new JavaList([...texts], 'array');
}

/**
 * Wraps a method that reads a text, so that a call costs steps in proportion to the text's length. Loops over long
 * texts then stay within the budget.
 */
function scanning(body: MethodBody<string>): MethodBody<string> {
  return (self, args) => {
    args.budget.spendChars(self.length);
    return body(self, args);
  };
}

const toText: MethodBody<string> = (_, args) => printValue(args.any(0), args.budget);

/** Methods of java.lang.String in Java 8. As in Velocity, static methods can be called on any string. */
export const STRING_METHODS = methodTable<string>({
  'charAt(int)': (self, args) => new JavaCharacter(self.charAt(checkIndex(args.int(0), self.length))),
  'codePointAt(int)': (self, args) => self.codePointAt(checkIndex(args.int(0), self.length)) ?? 0,
  'compareTo(String)': scanning((self, args) => compareTexts(self, args.text(0))),
  'compareToIgnoreCase(String)': scanning((self, args) =>
    compareTexts(foldCase(self), foldCase(args.text(0))),
  ),
  'concat(String)': concat,
  'contains(String)': scanning((self, args) => self.includes(args.text(0))),
  'contentEquals(String)': (self, args) => self === args.text(0),
  'endsWith(String)': (self, args) => self.endsWith(args.text(0)),
  'equals(Object)': (self, args) => self === args.any(0),
  'equalsIgnoreCase(String)': scanning((self, args) => {
    const other = args.any(0);
    return typeof other === 'string' && foldCase(self) === foldCase(other);
  }),
  'format(String)': (_, args) => formatJava(args.text(0), [], args.budget),
  'format(String,Object)': (_, args) => formatJava(args.text(0), [args.any(1)], args.budget),
  'format(String,Object,Object)': (_, args) =>
    formatJava(args.text(0), [args.any(1), args.any(2)], args.budget),
  'format(String,Object,Object,Object)': (_, args) =>
    formatJava(args.text(0), [args.any(1), args.any(2), args.any(3)], args.budget),
  'hashCode()': (self, args) => hashOf(self, args.budget),
  'indexOf(String)': scanning((self, args) => self.indexOf(args.text(0))),
  'indexOf(int)': scanning((self, args) => self.indexOf(String.fromCodePoint(args.int(0) & 0xffff))),
  'indexOf(String,int)': scanning((self, args) => self.indexOf(args.text(0), args.int(1))),
  'intern()': (self) => self,
  'isEmpty()': (self) => self === '',
  'join(String,Collection)': (_, args) => join(args.items(1), args),
  'join(String,String)': (_, args) => join([args.any(1)], args),
  'join(String,String,String)': (_, args) => join([args.any(1), args.any(2)], args),
  'lastIndexOf(String)': scanning((self, args) => self.lastIndexOf(args.text(0))),
  'lastIndexOf(int)': scanning((self, args) => self.lastIndexOf(String.fromCodePoint(args.int(0) & 0xffff))),
  'lastIndexOf(String,int)': scanning((self, args) =>
    args.int(1) < 0 ? -1 : self.lastIndexOf(args.text(0), args.int(1)),
  ),
  'length()': (self) => self.length,
  'matches(String)': (self, args) => matchesRegex(self, args.text(0), args.budget),
  'replace(char,char)': (self, args) => replaceText(self, args.char(0), args.char(1), args),
  'replace(String,String)': (self, args) => replaceText(self, args.text(0), args.text(1), args),
  'replaceAll(String,String)': (self, args) =>
    replaceRegex(self, args.text(0), args.text(1), false, args.budget),
  'replaceFirst(String,String)': (self, args) =>
    replaceRegex(self, args.text(0), args.text(1), true, args.budget),
  'split(String)': (self, args) => arrayOfTexts(splitRegex(self, args.text(0), 0, args.budget)),
  'split(String,int)': (self, args) => arrayOfTexts(splitRegex(self, args.text(0), args.int(1), args.budget)),
  'startsWith(String)': (self, args) => self.startsWith(args.text(0)),
  'startsWith(String,int)': (self, args) => args.int(1) >= 0 && self.startsWith(args.text(0), args.int(1)),
  'subSequence(int,int)': (self, args) => substring(self, args.int(0), args.int(1)),
  'substring(int)': (self, args) => substring(self, args.int(0), self.length),
  'substring(int,int)': (self, args) => substring(self, args.int(0), args.int(1)),
  'toCharArray()': scanning((self, args) => {
    args.budget.spend(self.length);
    return new JavaList(
      self.split('').map((char) => new JavaCharacter(char)),
      'array',
    );
  }),
  'toLowerCase()': scanning((self) => self.toLowerCase()),
  'toString()': (self) => self,
  'toUpperCase()': scanning((self) => self.toUpperCase()),
  'trim()': scanning(trim),
  'valueOf(Object)': toText,
});

const SPECIFIER = /%(?:(\d{1,3})\$)?([-#+ 0,(]*)(\d{1,6})?(?:\.(\d{1,3}))?([a-zA-Z%])/g;

/**
 * Formats a text, like Java's `String.format`. It supports %s %d %f %x %c %b %n %% with width, precision and the flags
 * `-0+,`.
 * @throws TemplateError TEMPLATE_FAILED for other conversions, a missing argument, or an argument of the wrong type.
 */
function formatJava(format: string, args: readonly JavaValue[], budget: RenderBudget): string {
  let next = 0;
  const text = format.replace(
    SPECIFIER,
    (whole, position: string | undefined, ...rest: (string | undefined)[]) => {
      const [flags = '', width = '0', precision, conversion = ''] = rest;
      if (conversion === '%') return '%';
      if (conversion === 'n') return '\n';
      const at = position === undefined ? next++ : Number(position) - 1;
      const value = args[at];
      if (value === undefined) throw failure(`the format has no argument for "${whole}"`);
      budget.checkLength(Number(width));
      const upper = conversion !== conversion.toLowerCase();
      const printed = convert(conversion.toLowerCase(), value, flags, precision, budget);
      return pad(upper ? printed.toUpperCase() : printed, flags, Number(width));
    },
  );
  budget.spendChars(text.length);
  budget.checkLength(text.length);
  return text;
}

function pad(text: string, flags: string, width: number): string {
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0')) return text.padStart(width);
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

function convert(
  conversion: string,
  value: JavaValue,
  flags: string,
  precision: string | undefined,
  budget: RenderBudget,
): string {
  switch (conversion) {
    case 's':
      return printValue(value, budget).slice(0, precision === undefined ? undefined : Number(precision));
    case 'b':
      return String(typeof value === 'boolean' ? value : value !== null);
    case 'c':
      if (value instanceof JavaCharacter) return value.value;
      break;
    case 'd':
      if (value === null) return 'null';
      if (isJavaNumber(value) && !(value instanceof JavaDouble || value instanceof JavaBigDecimal)) {
        return decorate(printValue(value, budget), flags);
      }
      break;
    case 'x':
      if (typeof value === 'number') return (value >>> 0).toString(16);
      if (isJavaNumber(value) && !(value instanceof JavaDouble))
        return BigInt.asUintN(64, toLong(value)).toString(16);
      break;
    case 'f':
      if (value instanceof JavaDouble || value instanceof JavaBigDecimal) {
        return decorate(toDouble(value).toFixed(Math.min(100, Number(precision ?? '6'))), flags);
      }
  }
  throw failure(`the format cannot print the value as %${conversion}`);
}

function decorate(digits: string, flags: string): string {
  const grouped = flags.includes(',') ? digits.replace(/\B(?=(?:\d{3})+(?!\d))(?<!\.\d*)/g, ',') : digits;
  return flags.includes('+') && !grouped.startsWith('-') ? `+${grouped}` : grouped;
}
