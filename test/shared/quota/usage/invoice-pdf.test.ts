import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  describeLinePrice,
  describePrice,
  printCount,
  printInvoicePdf,
} from '#shared/quota/usage/invoice-pdf.ts';
import type { Invoice, InvoiceLine } from '#shared/quota/usage/invoice.ts';

const LINE = {
  limit: 'monthly',
  plan: 'gold',
  periods: 1,
  used: 12_345,
  included: 1000,
  lost: 0,
  amount: '71.69',
  price: { fee: '49.00', included: 1000, tiers: [{ unitPrice: '0.002' }] },
} as unknown as InvoiceLine;
const INVOICE = {
  number: '2026-11-acme-1',
  month: '2026-11',
  customer: { name: 'Acme Ltd', address: ['1 High Street', 'London'], taxId: 'GB1' },
  currency: 'EUR',
  lines: [LINE],
  total: '71.69',
  lost: 0,
} as unknown as Invoice;

/** Returns the texts in the order of the page; bold texts begin with a star. */
function textsOf(more: object = {}): readonly string[] {
  const text = printInvoicePdf({ ...INVOICE, ...more }).toString('latin1');
  return [...text.matchAll(/^BT \/F(\d) \S+ Tf \S+ \S+ Td \((.*)\) Tj/gm)]
    .map(
      ([, font = '', written = '']) =>
        `${font === '2' ? '*' : ''}${written.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)))}`,
    )
    .filter((written) => written !== '' && written !== '*');
}
const lineOf = (more: object): readonly string[] => {
  const texts = textsOf({ lines: [{ ...LINE, ...more }] });
  return texts.slice(texts.indexOf('monthly'), texts.indexOf('*Total'));
};

describe('printInvoicePdf', () => {
  it('has number, customer, month, lines and total', () => {
    assert.deepEqual(textsOf(), [
      '*Invoice 2026-11-acme-1',
      '*Acme Ltd',
      '1 High Street',
      'London',
      'Tax id GB1',
      'Usage of 2026-11, amounts in EUR',
      '*Limit',
      '*Periods',
      '*Used',
      '*Included',
      '*Amount',
      'monthly',
      '1',
      '12,345',
      '1,000',
      '71.69',
      'plan gold; 49.00 a period, the first 1,000 included, 0.002 a unit',
      '*Total',
      '*71.69 EUR',
    ]);
  });

  it('has no line for a tax id that is not known', () => {
    const { taxId: _, ...customer } = INVOICE.customer;

    assert.ok(!textsOf({ customer }).some((text) => text.includes('Tax id')));
  });

  it('says that a draft is not an invoice', () => {
    const [title, note] = textsOf({ draft: true });

    assert.equal(title, '*Draft 2026-11-acme-1');
    assert.match(note ?? '', /^This draft is not an invoice: /);
    assert.ok(!textsOf({ draft: false }).some((text) => text.includes('draft')));
  });

  it('says what was lost, if anything was', () => {
    const said = 'Not billed: 1,200 units that were granted but never reported as used.';

    assert.equal(textsOf({ lost: 1200 }).at(-1), said);
    assert.equal(textsOf({ lost: 0 }).at(-1), '*71.69 EUR');
  });

  for (const [what, more, details] of [
    ['its key', { key: 'k-1' }, 'plan gold; key k-1; 49.00 a period, the first 1,000 included, 0.002 a unit'],
    [
      'its route',
      { route: 'GET /a' },
      'plan gold; GET /a; 49.00 a period, the first 1,000 included, 0.002 a unit',
    ],
    [
      'both',
      { key: 'k-1', route: 'GET /a' },
      'plan gold; key k-1, GET /a; 49.00 a period, the first 1,000 included, 0.002 a unit',
    ],
    ['no price', { price: { fee: '0', included: 0, tiers: [] } }, 'plan gold'],
  ] as const)
    it(`describes a line with ${what}`, () => assert.equal(lineOf(more).at(-1), details));

  for (const [what, words, lengths] of [
    ['a line of 110 characters', [89], [110]],
    ['two lines of one character more', [90], [20, 90]],
    ['a word that is longer than a line', [150], [20, 150]],
    ['several lines', [89, 109, 1], [110, 109, 1]],
  ] as const)
    it(`writes details in ${what}`, () => {
      const route = words.map((length) => 'x'.repeat(length)).join(' ');
      const details = lineOf({
        plan: 'p'.repeat(14),
        route,
        price: { fee: '0', included: 0, tiers: [] },
      }).slice(5);

      assert.deepEqual(
        details.map((text) => text.length),
        lengths,
      );
    });
});

describe('describePrice', () => {
  for (const [price, expected] of [
    [{ fee: '0', included: 0, tiers: [] }, ''],
    [{ fee: '0.00', included: 0, tiers: [{ unitPrice: '1' }] }, '1 a unit'],
    [{ fee: '5', included: 0, tiers: [] }, '5 a period'],
    [{ fee: '0', included: 1000, tiers: [] }, 'the first 1,000 included'],
    [
      { fee: '0', included: 0, tiers: [{ upTo: 10_000, unitPrice: '0.002' }, { unitPrice: '0.001' }] },
      '0.002 a unit up to 10,000, then 0.001 a unit',
    ],
  ] as const)
    it(`says "${expected}"`, () => assert.equal(describePrice(price), expected));
});

describe('describeLinePrice', () => {
  const share = { fee: '14.516297737455', prorate: true, included: 0, tiers: [] } as const;
  for (const [what, price, periods, currency, expected] of [
    ['a share of a fee', share, 1, 'EUR', '14.52 for the time in which the plan was in force'],
    [
      'the same share of two periods',
      share,
      2,
      'EUR',
      '14.52 a period for the time in which the plan was in force',
    ],
    [
      'a share in a currency without minor units',
      share,
      1,
      'JPY',
      '15 for the time in which the plan was in force',
    ],
    [
      'a share with units',
      { ...share, included: 10, tiers: [{ unitPrice: '0.05' }] },
      1,
      'EUR',
      '14.52 for the time in which the plan was in force, the first 10 included, 0.05 a unit',
    ],
    ['a whole fee', { fee: '49.00', included: 0, tiers: [] }, 1, 'EUR', '49.00 a period'],
    ['units without a fee', { ...share, fee: '0', tiers: [{ unitPrice: '0.05' }] }, 1, 'EUR', '0.05 a unit'],
  ] as const)
    it(`says of ${what} "${expected}"`, () =>
      assert.equal(describeLinePrice({ price, periods }, currency), expected));
});

describe('printCount', () => {
  for (const [units, expected] of [
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [1_234_567, '1,234,567'],
  ] as const)
    it(`writes ${expected}`, () => assert.equal(printCount(units), expected));
});
