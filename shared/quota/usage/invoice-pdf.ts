/** Formats an invoice as pages of text: for `gatewright usage invoice`, and for customers in the portal. */
import type { Invoice, InvoiceLine } from './invoice.ts';
import { printRounded } from './money.ts';
import { printPdf } from './pdf.ts';
import type { PdfLine } from './pdf.ts';

const WIDTH = 110;

/**
 * Formats an invoice as PDF.
 * @throws DomainError PDF_LETTER_UNKNOWN if a name contains letters that the PDF's fonts lack
 */
export function printInvoicePdf(invoice: Invoice): Buffer {
  const { number, month, customer, currency, lines, total, lost, draft } = invoice;
  const title = draft === true ? `Draft ${number}` : `Invoice ${number}`;
  const head: readonly PdfLine[] = [
    { text: title, size: 16, isBold: true },
    ...(draft === true
      ? [
          {
            text: 'This draft is not an invoice: it shows open periods as they are now. The amounts change until the periods are closed.',
          },
        ]
      : []),
    { text: '' },
    { text: customer.name, isBold: true },
    ...customer.address.map((text) => ({ text })),
    ...(customer.taxId === undefined ? [] : [{ text: `Tax id ${customer.taxId}` }]),
    { text: '' },
    { text: `Usage of ${month}, amounts in ${currency}` },
    { text: '' },
  ];
  const heading = {
    columns: ['Limit', 'Periods', 'Used', 'Included', 'Amount'],
    isBold: true,
    hasRule: true,
  };
  const foot: readonly PdfLine[] = [
    { columns: ['Total', '', '', '', `${total} ${currency}`], isBold: true, hasRule: true },
    { text: '' },
    ...(lost === 0
      ? []
      : [
          {
            text: describeLost(lost),
          },
        ]),
  ];
  return printPdf({
    title,
    lines: [...head, heading, ...lines.flatMap((line) => toPdfLines(line, currency)), ...foot],
  });
}

function toPdfLines(line: InvoiceLine, currency: string): readonly PdfLine[] {
  const { limit, key, route, plan, periods, used, included, amount } = line;
  const whom = [key === undefined ? '' : `key ${key}`, route ?? ''].filter((part) => part !== '').join(', ');
  const details = [`plan ${plan}`, whom, describeLinePrice(line, currency)]
    .filter((part) => part !== '')
    .join('; ');
  return [
    { columns: [limit, printCount(periods), printCount(used), printCount(included), amount] },
    ...[details, ...describeChange(line)].flatMap(wrap).map((text) => ({ text, size: 8, indent: 10 })),
  ];
}

/** Describes a price in words: `49.00 a period, the first 1,000 included, 0.002 a unit`. */
export function describePrice({ fee, included, tiers }: InvoiceLine['price']): string {
  const parts = tiers.map(({ upTo, unitPrice }) =>
    upTo === undefined ? `${unitPrice} a unit` : `${unitPrice} a unit up to ${printCount(upTo)}, then`,
  );
  return [
    ...(Number(fee) === 0 ? [] : [`${fee} a period`]),
    ...(included === 0 ? [] : [`the first ${printCount(included)} included`]),
    ...(parts.length === 0 ? [] : [parts.join(' ')]),
  ].join(', ');
}

/**
 * Describes the price of an invoice's line. With `prorate`, the line's fee is the share for the time in which the plan
 * was in force, computed to 12 digits. The fee is rounded for display only, so that the line's amount is rounded only
 * once.
 */
export function describeLinePrice(
  { price, periods }: Pick<InvoiceLine, 'price' | 'periods'>,
  currency: string,
): string {
  if (price.prorate !== true || Number(price.fee) === 0) return describePrice(price);
  const share = printRounded(price.fee, currency);
  const fee = `${share}${periods === 1 ? '' : ' a period'} for the time in which the plan was in force`;
  return [fee, describePrice({ ...price, fee: '0' })].filter((part) => part !== '').join(', ');
}

/**
 * Says what a change of plan within a period does to the line, because neither the units nor the price show it.
 */
function describeChange({ price, carried = 0, replaced = 0 }: InvoiceLine): readonly string[] {
  const isFree = Number(price.fee) === 0;
  return [
    ...(carried === 0
      ? []
      : [
          `${printCount(carried)} ${carried === 1 ? 'unit' : 'units'} used in the same period before the change to this plan ${carried === 1 ? 'is' : 'are'} counted first: included units and unit prices apply only after ${carried === 1 ? 'it' : 'them'}.`,
        ]),
    ...(replaced === 0 || isFree
      ? []
      : [
          `No fee for ${replaced === 1 ? 'the period' : `${printCount(replaced)} periods`} that a change of plan ended; the later plan charges its fee.`,
        ]),
  ];
}

/** Returns the sentences of `describeChange` about all lines, each with the line's name. */
export function describeChanges(
  lines: readonly InvoiceLine[],
  titleOf: (plan: string) => string = (plan) => plan,
): readonly string[] {
  return lines.flatMap((line) =>
    describeChange(line).map((text) => `${line.limit}, plan ${titleOf(line.plan)}: ${text}`),
  );
}

function wrap(text: string): readonly string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + word.length >= WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}

/** Describes the units of an invoice's periods that are not billed. */
export function describeLost(units: number): string {
  return `Not billed: ${printCount(units)} ${units === 1 ? 'unit that was' : 'units that were'} granted but never reported as used.`;
}

/** Formats `1234567` as `1,234,567`. */
export function printCount(units: number): string {
  return String(units).replace(/\B(?=(\d{3})+$)/g, ',');
}
