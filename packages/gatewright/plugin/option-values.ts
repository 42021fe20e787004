import { toSettingTexts } from '../../gateway/engine/settings.ts';
import { describeOption } from '../../gateway/engine/start-settings.ts';
import type { ValueOf } from '../../gateway/engine/start-settings.ts';
import type { StartOption } from '../../gateway/engine/settings.ts';
import type { CliOptions, OptionSchema } from './serverless.ts';

/** An invalid option that the user can correct. The message is one sentence. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

const SWITCH: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ...([true, 'true', 'on'] as const).map((yes) => [yes, true] as const),
  ...([false, 'false', 'off'] as const).map((no) => [no, false] as const),
]);

/**
 * Reads the value of an option in the same way as on the command line; undefined if it is absent or empty.
 * @throws OptionError if the value is invalid
 */
export function readOption<const Row extends StartOption>(
  name: string,
  row: Row,
  value: unknown,
): ValueOf<Row> | undefined;
export function readOption(
  name: string,
  { takes, read, expected, defaultValue }: StartOption,
  value: unknown,
): unknown {
  if (value === undefined || value === null || value === '') return undefined;
  if (takes === undefined || takes === '<on|off>') {
    const decided = SWITCH.get(value);
    if (decided === undefined)
      throw new OptionError(`${name} must be true or false, not ${JSON.stringify(value)}`);
    return decided;
  }
  const texts = toSettingTexts(value);
  if (texts === undefined)
    throw new OptionError(`${name} must be a string, or a list of strings for an option that is repeated`);
  if (read === undefined) {
    if (texts.length === 1) return texts[0];
    throw new OptionError(`${name} must be one string, not a list of ${texts.length} strings`);
  }
  let decided: unknown = defaultValue;
  for (const text of texts) {
    decided = (read as (text: string, before: unknown) => unknown)(text, decided);
    if (decided === undefined) throw new OptionError(`${name}: "${text}". ${expected}`);
  }
  return decided;
}

/**
 * Reads a switch of serverless-offline.
 * @throws OptionError if the value is not a switch value
 */
export function readFlag(name: string, value: unknown): boolean {
  return readOption(name, { what: '' }, value) ?? false;
}

export function toOslsOption(option: StartOption): OptionSchema & { readonly usage: string } {
  const { takes, repeats, defaultValue } = option;
  const without =
    typeof defaultValue === 'string' || typeof defaultValue === 'number' ? ` Default: ${defaultValue}.` : '';
  const text = describeOption(option);
  return {
    usage: `${text.charAt(0).toUpperCase()}${text.slice(1)}.${without}`,
    type: takes === undefined ? 'boolean' : repeats === true ? 'multiple' : 'string',
  };
}

/** Reads the repeated `NAME=VALUE` of `--param`. osls has already checked the form. */
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

/**
 * Returns the members of a map; empty if the value is absent.
 * @throws OptionError if the value is not a map
 */
export function toRecord(name: string, value: unknown, what: string): CliOptions {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return { ...value };
  throw new OptionError(`${name} must be ${what}`);
}
