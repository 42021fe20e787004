/** Formats an invoice as pages of text: for `gatewright usage invoice`, and for customers in the portal. */
import type { Invoice, InvoiceLine } from './invoice.ts';
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
  return printPdf({ title, lines: [...head, heading, ...lines.flatMap(toPdfLines), ...foot] });
}

function toPdfLines(line: InvoiceLine): readonly PdfLine[] {
  const { limit, key, route, plan, periods, used, included, amount, price } = line;
  const whom = [key === undefined ? '' : `key ${key}`, route ?? ''].filter((part) => part !== '').join(', ');
  const details = [`plan ${plan}`, whom, describePrice(price)].filter((part) => part !== '').join('; ');
  return [
    { columns: [limit, printCount(periods), printCount(used), printCount(included), amount] },
    ...wrap(details).map((text) => ({ text, size: 8, indent: 10 })),
  ];
}

/** Describes a price in words: `49.00 a period, 1,000 included, 0.002 a unit`. */
export function describePrice({ fee, included, tiers }: InvoiceLine['price']): string {
  const parts = tiers.map(({ upTo, unitPrice }) =>
    upTo === undefined ? `${unitPrice} a unit` : `${unitPrice} a unit up to ${printCount(upTo)}, then`,
  );
  return [
    ...(Number(fee) === 0 ? [] : [`${fee} a period`]),
    ...(included === 0 ? [] : [`${printCount(included)} included`]),
    ...(parts.length === 0 ? [] : [parts.join(' ')]),
  ].join(', ');
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
  return `Not billed: ${printCount(units)} units that were granted but never reported as used.`;
}

/** Formats `1234567` as `1,234,567`. */
export function printCount(units: number): string {
  return String(units).replace(/\B(?=(\d{3})+$)/g, ',');
}
