/** Options that several commands share, read and checked. */
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { InvalidArgumentError } from 'commander';
import { UsageError } from './output.ts';

/** A TCP port; 0 = any free one. */
export function readPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a number from 0 to 65535; 0 picks a free one.');
}

/** `K=V`, repeatable. */
export function collectPair(text: string, pairs: Readonly<Record<string, string>>): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('Write it as NAME=VALUE.');
  return { ...pairs, [text.slice(0, equals)]: text.slice(equals + 1) };
}

/** A repeatable text. */
export function collectText(text: string, texts: readonly string[]): string[] {
  return [...texts, text];
}

export function readStageName(text: string): string {
  if (/^[A-Za-z0-9_-]{1,128}$/.test(text)) return text;
  throw new InvalidArgumentError('A stage name has 1 to 128 letters, digits, _ and -.');
}

/** The variables of a file in dotenv form. */
export function readEnvFile(file: string | undefined): Record<string, string> {
  if (file === undefined) return {};
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new UsageError(`--env-file: ${file} cannot be read`);
  }
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseEnv(text))) if (value !== undefined) values[name] = value;
  return values;
}

/** `1d`, `+2h`, `-30m`, `90s`, `500ms` as milliseconds; undefined for anything else. */
export function readDuration(text: string): number | undefined {
  const [, sign, amount, unit] = /^([+-]?)(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(text) ?? [];
  const unitMs = UNITS_MS[unit ?? ''];
  if (amount === undefined || unitMs === undefined) return undefined;
  return Math.round(Number(amount) * unitMs) * (sign === '-' ? -1 : 1);
}

/** A span of time that is not negative, in milliseconds. */
export function readSpan(text: string): number {
  const spanMs = readDuration(text);
  if (spanMs !== undefined && spanMs >= 0) return spanMs;
  throw new InvalidArgumentError('Write a span of time like 500ms, 30s, 2m or 1h.');
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
