/**
 * An amount of money as an integer. In computations it counts 10^-12 of the currency's unit; after rounding it counts
 * minor units.
 */

export type Exact = bigint;

const SCALE = 12;
const ONE = 10n ** BigInt(SCALE);
/** Currencies by number of decimal places in ISO 4217. Currencies with two decimal places are not listed. */
const DIGITS: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};
const HUNDREDTHS = 2;

export function isCurrency(code: string): boolean {
  return /^[A-Z]{3}$/.test(code) && Intl.supportedValuesOf('currency').includes(code);
}

/** Parses a decimal such as `0.002`, with up to 12 digits after the point. Returns undefined for any other text. */
export function parseDecimal(text: string): Exact | undefined {
  const [, whole, fraction = ''] = /^(\d{1,12})(?:\.(\d{1,12}))?$/.exec(text) ?? [];
  return whole === undefined ? undefined : BigInt(whole) * ONE + BigInt(fraction.padEnd(SCALE, '0'));
}

/**
 * Returns `text * part / whole` as decimal text, cut off after 12 digits.
 * @throws Error for text that is not a decimal
 */
export function multiplyDecimal(text: string, part: number, whole: number): string {
  const amount = parseDecimal(text);
  if (amount === undefined) throw new Error(`not a decimal: ${text}`);
  const scaled = String((amount * BigInt(part)) / BigInt(whole)).padStart(SCALE + 1, '0');
  return `${scaled.slice(0, -SCALE)}.${scaled.slice(-SCALE)}`.replace(/\.?0+$/, '');
}

function minorDigits(currency: string): number {
  const found = Object.entries(DIGITS).find(([, codes]) => codes.split(' ').includes(currency));
  return found === undefined ? HUNDREDTHS : Number(found[0]);
}

export function toMinor(amount: Exact, currency: string): bigint {
  const unit = 10n ** BigInt(SCALE - minorDigits(currency));
  const rounded = ((amount < 0n ? -amount : amount) * 2n + unit) / (2n * unit);
  return amount < 0n ? -rounded : rounded;
}

/** Formats an amount in minor units: `1234` of EUR becomes `12.34`. */
export function printMinor(minor: bigint, currency: string): string {
  const digits = minorDigits(currency);
  const text = String(minor < 0n ? -minor : minor).padStart(digits + 1, '0');
  const sign = minor < 0n ? '-' : '';
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/**
 * Formats an exact decimal in the currency's minor units: `14.516297737455` becomes `14.52` of EUR and `15` of JPY.
 * @throws Error for text that is not a decimal
 */
export function printRounded(text: string, currency: string): string {
  const amount = parseDecimal(text);
  if (amount === undefined) throw new Error(`not a decimal: ${text}`);
  return printMinor(toMinor(amount, currency), currency);
}
