import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isCurrency, parseDecimal, printMinor, toMinor } from '#shared/quota/usage/money.ts';

describe('money', () => {
  const ROUNDED: readonly (readonly [string, string, string])[] = [
    ['0.005', 'EUR', '0.01'],
    ['0.004999999999', 'EUR', '0.00'],
    ['1.005', 'EUR', '1.01'],
    ['0.1', 'EUR', '0.10'],
    ['1234567.891', 'EUR', '1234567.89'],
    ['1.5', 'JPY', '2'],
    ['1.4', 'JPY', '1'],
    ['0.0005', 'KWD', '0.001'],
    ['0.00005', 'CLF', '0.0001'],
    ['999999999999.999', 'USD', '1000000000000.00'],
  ];
  for (const [amount, currency, expected] of ROUNDED)
    it(`rounds ${amount} ${currency} to ${expected}`, () => {
      assert.equal(printMinor(toMinor(parseDecimal(amount) ?? -1n, currency), currency), expected);
    });

  it('rounds a credit as the charge that it takes back', () => {
    assert.equal(printMinor(toMinor(-(parseDecimal('0.005') ?? 0n), 'EUR'), 'EUR'), '-0.01');
  });

  it('adds a tenth ten times to one, which binary fractions do not', () => {
    const tenth = parseDecimal('0.1') ?? 0n;

    assert.equal(
      Array.from({ length: 10 }, () => tenth).reduce((sum, each) => sum + each, 0n),
      parseDecimal('1'),
    );
  });

  for (const text of ['', '-1', '1,5', '.5', '1.', '1e3', '0x1', ' 1', '0.1234567890123', '1234567890123'])
    it(`takes ${JSON.stringify(text)} for no amount`, () => assert.equal(parseDecimal(text), undefined));

  it('includes the currencies of ISO 4217', () => {
    assert.deepEqual(['EUR', 'USD', 'JPY', 'eur', 'EURO', 'ZZZ', ''].map(isCurrency), [
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
