import { isJavaNumber, JavaBigDecimal, JavaCharacter, JavaDouble, type JavaValue } from './values.ts';
import { printValue } from './printing.ts';
import { toDouble, toLong } from './numbers.ts';
import type { RenderBudget } from './render-budget.ts';
import { failure } from './template-error.ts';

const SPECIFIER = /%(?:(\d{1,3})\$)?([-#+ 0,(]*)(\d{1,6})?(?:\.(\d{1,3}))?([a-zA-Z%])/g;

/**
 * Java's `String.format` for %s %d %f %x %c %b %n %% with width, precision and the flags `-0+,`.
 * @throws TemplateError TEMPLATE_FAILED for other conversions, a missing argument, or one of the wrong type.
 */
export function formatJava(format: string, args: readonly JavaValue[], budget: RenderBudget): string {
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
  throw failure(`the format cannot print such a value as %${conversion}`);
}

function decorate(digits: string, flags: string): string {
  const grouped = flags.includes(',') ? digits.replace(/\B(?=(?:\d{3})+(?!\d))(?<!\.\d*)/g, ',') : digits;
  return flags.includes('+') && !grouped.startsWith('-') ? `+${grouped}` : grouped;
}
