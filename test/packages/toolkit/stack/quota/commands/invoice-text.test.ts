/** An invoice as pages of text and as CSV: each line's customer, units and price, in words. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Invoice, InvoiceLine } from '#shared/quota/usage/invoice.ts';
import { printInvoicePdf } from '#shared/quota/usage/invoice-pdf.ts';
import { printInvoiceCsv } from '../../../../../../packages/toolkit/stack/quota/commands/invoice-text.ts';

type Price = InvoiceLine['price'];

function aPrice(over: Partial<Price> = {}): Price {
  return { fee: '0', included: 0, tiers: [], ...over };
}

function aLine(over: Partial<InvoiceLine> = {}): InvoiceLine {
  return {
    limit: 'monthly',
    plan: 'gold',
    periods: 1,
    used: 1_234_567,
    included: 10,
    lost: 0,
    amount: '49.00',
    price: aPrice(),
    ...over,
  };
}

function anInvoice(over: Partial<Invoice> = {}): Invoice {
  return {
    number: '2026-11-0123456789ab-1',
    month: '2026-11',
    tenant: 'acme',
    customer: { name: 'Acme Ltd', address: ['1 High Street', 'Leeds'] },
    currency: 'EUR',
    lines: [aLine()],
    total: '49.00',
    lost: 0,
    revision: 1,
    ...over,
  };
}

/** Its texts in the order of the page, as a person reads them: empty cells say nothing. */
function textsOf(invoice: Invoice): readonly string[] {
  const pdf = printInvoicePdf(invoice).toString('latin1');
  return [...pdf.matchAll(/ Td \((.+)\) Tj ET$/gm)].map(([, text = '']) =>
    text.replaceAll(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8))),
  );
}

const detailsOf = (line: Partial<InvoiceLine>): string => {
  const texts = textsOf(anInvoice({ lines: [aLine(line)] }));
  return texts.slice(texts.indexOf('49.00') + 1, texts.indexOf('Total')).join('\n');
};

describe('the pages of an invoice', () => {
  it('say who pays, for which month, each line and the total', () => {
    assert.deepEqual(textsOf(anInvoice()), [
      'Invoice 2026-11-0123456789ab-1',
      'Acme Ltd',
      '1 High Street',
      'Leeds',
      'Usage of 2026-11, amounts in EUR',
      'Limit',
      'Periods',
      'Used',
      'Included',
      'Amount',
      'monthly',
      '1',
      '1,234,567',
      '10',
      '49.00',
      'plan gold',
      'Total',
      '49.00 EUR',
    ]);
  });

  it('say if the invoice is a draft, which tax id there is, and what was granted and never used', () => {
    const customer = { name: 'Acme Ltd', address: [], taxId: 'GB1' };
    const texts = textsOf(anInvoice({ draft: true, customer, lost: 1500 }));

    assert.deepEqual(texts.slice(0, 4), [
      'Draft 2026-11-0123456789ab-1',
      'This draft is not an invoice: it shows open periods as they are now. The amounts change until the periods are closed.',
      'Acme Ltd',
      'Tax id GB1',
    ]);
    assert.equal(texts.at(-1), 'Not billed: 1,500 units that were granted but never reported as used.');
  });

  const tiers = [{ upTo: 1000, unitPrice: '0.2' }, { unitPrice: '0.1' }];
  const rows: readonly {
    readonly name: string;
    readonly line: Partial<InvoiceLine>;
    readonly says: string;
  }[] = [
    { name: 'no price but that of the plan', line: {}, says: 'plan gold' },
    { name: 'a key', line: { key: 'k-1' }, says: 'plan gold; key k-1' },
    { name: 'a route', line: { route: 'GET /a' }, says: 'plan gold; GET /a' },
    { name: 'both', line: { key: 'k-1', route: 'GET /a' }, says: 'plan gold; key k-1, GET /a' },
    { name: 'a fee', line: { price: aPrice({ fee: '5.00' }) }, says: 'plan gold; 5.00 a period' },
    {
      name: 'units of an earlier plan',
      line: { carried: 1 },
      says: 'plan gold\n1 unit used in the same period before the change to this plan is counted first: included units and unit prices\napply only after it.',
    },
    { name: 'a fee of nothing', line: { price: aPrice({ fee: '0.00' }) }, says: 'plan gold' },
    {
      name: 'units that are included',
      line: { price: aPrice({ included: 2000 }) },
      says: 'plan gold; the first 2,000 included',
    },
    {
      name: 'prices by tier after fee and included units',
      line: { price: aPrice({ fee: '5.00', included: 10, tiers }) },
      says: 'plan gold; 5.00 a period, the first 10 included, 0.2 a unit up to 1,000, then 0.1 a unit',
    },
  ];
  for (const { name, line, says } of rows)
    it(`say below a line its plan, and ${name}`, () => {
      assert.equal(detailsOf(line), says);
    });

  it('break long details between words, each line as full as possible and none wider than 110 letters', () => {
    const word = fc.string({
      minLength: 1,
      maxLength: 60,
      unit: fc.constantFrom('a', 'b', ';'),
      size: 'max',
    });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 30, size: 'max' }), (words) => {
        const lines = detailsOf({ plan: words.join(' ') }).split('\n');

        assert.equal(lines.join(' '), `plan ${words.join(' ')}`);
        for (const [index, line] of lines.entries()) {
          const [next = ''] = lines[index + 1]?.split(' ') ?? [];
          assert.ok(line.length <= 110, `${line.length}`);
          assert.ok(next === '' || line.length + 1 + next.length > 110, `${next} had room after ${line}`);
        }
      }),
      { numRuns: 60, seed: 20261124 },
    );
  });
});

describe('invoices as CSV', () => {
  it('have a line for each of theirs, after one heading', () => {
    const lines = [aLine(), aLine({ limit: 'daily', key: 'k-1', lost: 3, amount: '0.00' })];
    const heading =
      'number,month,tenant,customer,currency,limit,key,route,plan,periods,used,included,lost,amount,total';
    const ofInvoice = '2026-11-0123456789ab-1,2026-11,acme,Acme Ltd,EUR';

    assert.deepEqual(printInvoiceCsv([anInvoice({ lines })], true).split('\r\n'), [
      heading,
      `${ofInvoice},monthly,,,gold,1,1234567,10,0,49.00,49.00`,
      `${ofInvoice},daily,k-1,,gold,1,1234567,10,3,0.00,49.00`,
      '',
    ]);
    assert.ok(!printInvoiceCsv([anInvoice()], false).includes(heading));
  });
});
