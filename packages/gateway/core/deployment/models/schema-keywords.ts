/**
 * Keywords of draft 4 for which ajv has another result than the draft. ajv compares objects by calling their members
 * `toString` and `valueOf`, and divides in binary fractions.
 */
import { isJsonList } from '@gatewright/aws/json-object';
import { isSameJson } from '@gatewright/aws/equal-json';
import type { Json } from '@gatewright/aws/json-object';

/** @param rule the value of the keyword in the schema */
type KeywordTest = (rule: Json, value: Json) => boolean;

/** Each keyword with the type of value to which it applies. */
export const EXACT_KEYWORDS: readonly {
  readonly keyword: string;
  readonly type?: 'number';
  readonly test: KeywordTest;
}[] = [
  {
    keyword: 'enum',
    test: (members, value) => isJsonList(members) && members.some((one) => isSameJson(one, value)),
  },
  {
    keyword: 'multipleOf',
    type: 'number',
    test: (divisor, value) => typeof divisor !== 'number' || isMultiple(Number(value), divisor),
  },
];

/** Returns whether a number is a multiple in decimal notation: 19.99 is a multiple of 0.01. */
function isMultiple(value: number, divisor: number): boolean {
  const [of, by] = [decimalOf(value), decimalOf(divisor)];
  const exponent = Math.min(of.exponent, by.exponent);
  return (
    (of.digits * 10n ** BigInt(of.exponent - exponent)) %
      (by.digits * 10n ** BigInt(by.exponent - exponent)) ===
    0n
  );
}

/** Reads a finite number as JavaScript prints it, with the fewest digits that distinguish it from all other numbers. */
function decimalOf(value: number): { readonly digits: bigint; readonly exponent: number } {
  const [mantissa = '0', exponent = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}
