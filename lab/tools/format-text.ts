/** Formats a generated page or schema as `npm run format` would. */
import { readFileSync } from 'node:fs';
import { format } from 'oxfmt';
import type { FormatConfig } from 'oxfmt';

const settings = JSON.parse(
  readFileSync(new URL('../../.oxfmtrc.json', import.meta.url), 'utf8'),
) as FormatConfig;

/** @param file its extension determines the format */
export async function formatText(file: string, text: string): Promise<string> {
  const { code, errors } = await format(file, text, settings);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${file}: ${error.message}`);
  return code;
}
