/** Finds parameters of a request whose names nearly match missing parameters (docs/aws §6). */
import type { Received } from '../../core/exchange.ts';

/** The message names the missing parameters. */
function missingIn(message: string): readonly string[] {
  return (/\[(.*)\]/.exec(message)?.[1] ?? '').split(',').map((name) => name.trim());
}

/** Only names of query parameters are case-sensitive. */
export function findMisspelt(message: string, { rawQuery }: Received): readonly string[] {
  const missing = missingIn(message);
  return [...new Set(new URLSearchParams(rawQuery).keys())].filter(
    (sent) => !missing.includes(sent) && missing.some((name) => name.toLowerCase() === sent.toLowerCase()),
  );
}

/** Finds the parameters that were sent without a value, which counts as missing (docs/aws §6). */
export function findBlank(message: string, { rawQuery, headers }: Received): readonly string[] {
  const query = new URLSearchParams(rawQuery);
  return missingIn(message).filter(
    (name) => query.has(name) || headers.last(name.toLowerCase()) !== undefined,
  );
}
