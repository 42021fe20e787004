/** Options that several commands share, read and checked. */
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { InvalidArgumentError } from 'commander';
import { isRegion } from '@gatewright/gateway/definition/home';
import { SETTINGS } from '@gatewright/gateway/settings';
import { UsageError } from './output.ts';
import type { Setting } from '@gatewright/gateway/settings';

/** A TCP port; 0 = any free one. */
export function readPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a number from 0 to 65535; 0 picks a free one.');
}

/** A record more takes memory for as long as the gateway runs. */
const MAX_RECORDS = 100_000;

export function readRecordCount(text: string): number {
  const count = Number(text);
  if (/^\d{1,6}$/.test(text) && count >= 1 && count <= MAX_RECORDS) return count;
  throw new InvalidArgumentError(`A number from 1 to ${MAX_RECORDS}; --no-record keeps none.`);
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

/** How commander reads a setting of the gateway, over what was said before. */
export function settingParser<T>({ read, says }: Setting<T>): (text: string, before: T) => T {
  return (text, before) => {
    const after = read(text, before);
    if (after === undefined) throw new InvalidArgumentError(says);
    return after;
  };
}

/** What to take for granted where AWS is not documented, repeatable. */
export const collectAssumption = settingParser(SETTINGS.assume);
/** What AWS has raised for the account, repeatable. */
export const collectQuota = settingParser(SETTINGS['account-quota']);

/** An issuer that the local one stands in for, repeatable. */
export const collectStandIn = settingParser<readonly string[]>(SETTINGS.issuer);

/** An amount of memory, in bytes. */
export function readSize(text: string): number {
  return settingParser(SETTINGS['cache-memory'])(text, 0);
}

/** A span of time, in milliseconds. */
export function readSpan(text: string): number {
  return settingParser(SETTINGS['usage-lag'])(text, 0);
}

export function readStageName(text: string): string {
  if (/^[A-Za-z0-9_-]{1,128}$/.test(text)) return text;
  throw new InvalidArgumentError('A stage name has 1 to 128 letters, digits, _ and -.');
}

export function readRegion(text: string): string {
  if (isRegion(text)) return text;
  throw new InvalidArgumentError('A region is written like eu-central-1.');
}

export function readAccount(text: string): string {
  return settingParser<string>(SETTINGS.account)(text, '');
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

/** RFC 9110, "token": anything else is no header that a request can carry. */
export function readHeaderName(text: string): string {
  if (/^[\w!#$%&'*+.^`|~-]+$/.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('The name of a header, such as X-Api-Key.');
}
