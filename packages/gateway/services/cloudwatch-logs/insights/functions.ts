/** Functions of one row (Logs Insights QL, "General functions", "Numeric operators", "String functions"). */
import { numberOf, printValue } from './value.ts';
import type { Value } from './value.ts';

type Evaluate = (inputs: readonly Value[]) => Value;

const ofText = (evaluate: (text: string) => Value): Evaluate => {
  return ([value]) => (value === undefined ? undefined : evaluate(printValue(value)));
};
const ofNumber = (evaluate: (number: number) => number): Evaluate => {
  return ([value]) => {
    const number = numberOf(value);
    return number === undefined ? undefined : evaluate(number);
  };
};

const FUNCTIONS: Readonly<Record<string, Evaluate>> = {
  ispresent: ([value]) => (value === undefined ? 0 : 1),
  isempty: ([value]) => (value === undefined || value === '' ? 1 : 0),
  isblank: ([value]) => (value === undefined || printValue(value).trim() === '' ? 1 : 0),
  coalesce: (values) => values.find((value) => value !== undefined),
  strlen: ofText((text) => text.length),
  tolower: ofText((text) => text.toLowerCase()),
  toupper: ofText((text) => text.toUpperCase()),
  trim: ofText((text) => text.trim()),
  concat: (values) => values.map((value) => (value === undefined ? '' : printValue(value))).join(''),
  abs: ofNumber(Math.abs),
  ceil: ofNumber(Math.ceil),
  floor: ofNumber(Math.floor),
};

export function hasFunction(name: string): boolean {
  return Object.hasOwn(FUNCTIONS, name);
}

export function evaluateFunction(name: string, inputs: readonly Value[]): Value {
  return FUNCTIONS[name]?.(inputs);
}
