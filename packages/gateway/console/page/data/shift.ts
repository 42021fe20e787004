const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * Parses `+1d`, `-2h` or `30m` into milliseconds; an empty text results in 0.
 * @throws Error for anything else
 */
export function readShift(text: string): number {
  if (text.trim() === '') return 0;
  const [, sign, amount, unit] = /^\s*([+-]?)(\d+(?:\.\d+)?)\s*([smhdw])\s*$/.exec(text) ?? [];
  const unitMs = UNITS_MS[unit ?? ''];
  if (amount === undefined || unitMs === undefined) throw new Error('Write a shift as +1d, -2h or 30m.');
  return Math.round(Number(amount) * unitMs) * (sign === '-' ? -1 : 1);
}
