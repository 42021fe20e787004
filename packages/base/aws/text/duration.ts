const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Reads `1d`, `+2h`, `-30m`, `90s` or `500ms` as milliseconds. Returns undefined for anything else. */
export function readDuration(text: string): number | undefined {
  const [, sign, amount, unit] = /^([+-]?)(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(text) ?? [];
  const unitMs = UNITS_MS[unit ?? ''];
  if (amount === undefined || unitMs === undefined) return undefined;
  const spanMs = Math.round(Number(amount) * unitMs);
  return sign === '-' ? -spanMs : spanMs;
}
