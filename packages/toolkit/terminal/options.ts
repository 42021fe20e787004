import { parseEnv } from 'node:util';
import { InvalidArgumentError } from 'commander';
import { FORMS } from '../../gateway/engine/settings.ts';
import { readGivenFile } from './read-given-file.ts';
import type { Form } from '../../gateway/engine/settings.ts';

/** Returns a parser for commander that adds each value to the values before it. */
export function parserOf<T>({ read, expected }: Form<T>): (text: string, before: T) => T {
  return (text, before) => {
    const after = read(text, before);
    if (after === undefined) throw new InvalidArgumentError(expected);
    return after;
  };
}

/** Returns a parser for an option that is given once. */
function readerOf<T>({
  read,
  expected,
}: {
  readonly read: (text: string) => T | undefined;
  readonly expected: string;
}) {
  return (text: string): T => {
    const value = read(text);
    if (value === undefined) throw new InvalidArgumentError(expected);
    return value;
  };
}

export const readPort = readerOf(FORMS.port);
export const readSpan = readerOf(FORMS.span);
export const readStageName = readerOf(FORMS.stage);
export const readRegion = readerOf(FORMS.region);
/** Parses an option `K=V`, which may be repeated. */
export const collectPair = parserOf(FORMS.pair);

export function collectText(text: string, texts: readonly string[]): string[] {
  return [...texts, text];
}

export function readEnvFile(file: string | undefined): Record<string, string> {
  if (file === undefined) return {};
  const text = readGivenFile(file, `--env-file: ${file}`);
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseEnv(text))) if (value !== undefined) values[name] = value;
  return values;
}

/** Reads the name of a header. Only names that are a "token" in RFC 9110 can be sent. */
export function readHeaderName(text: string): string {
  if (/^[\w!#$%&'*+.^`|~-]+$/.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('It must be the name of a header, such as X-Api-Key.');
}
