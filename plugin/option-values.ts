/** Values of options: text from the command line, anything from `custom` of serverless.yml. */

/** Something a person can mend by writing the option differently; one sentence. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/** @throws OptionError */
export function readPort(name: string, value: unknown, otherwise: number): number {
  if (value === undefined || value === null) return otherwise;
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new OptionError(`${name}: a port is a number from 0 to 65535, 0 picks a free one`);
}

/** @throws OptionError */
export function readFlag(name: string, value: unknown, otherwise: boolean): boolean {
  if (value === undefined || value === null) return otherwise;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new OptionError(`${name} is true or false`);
}

/** @throws OptionError */
export function readText(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw new OptionError(`${name} is a text`);
}

/** A text, several parted by commas, or a list of them. @throws OptionError */
export function readTexts(name: string, value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.flatMap((one) => readText(name, one)?.split(',') ?? []).map((text) => text.trim());
}

/** `NAME=VALUE` of `--param`, repeated. osls has checked the form. */
export function readPairs(value: unknown): Readonly<Record<string, string>> {
  const pairs: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return Object.fromEntries(
    pairs.map((pair) => {
      const text = String(pair);
      const equals = text.indexOf('=');
      return [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}
