/** An origin that the CorsConfiguration of an HTTP API spells as browsers do not (RFC 6454 §6.2). */
import { printSetting } from './template-text.ts';
import type { CorsPlan } from '../../core/events/cors-headers.ts';
import type { Definition } from './template-text.ts';

/** Returns the origin as a browser writes it; undefined if the text is not an address. */
export function writtenOf(origin: string): string | undefined {
  return URL.canParse(origin) && /^https?:/i.test(origin) ? new URL(origin).origin : undefined;
}

/** Returns how to write the origin in AllowOrigins; undefined if the list has no other spelling of it. */
export function respellOrigin(
  origin: string,
  cors: CorsPlan | undefined,
  definition: Definition | undefined,
): string | undefined {
  const meant = cors?.allowOrigins.find((one) => one !== origin && writtenOf(one) === origin);
  if (cors === undefined || meant === undefined) return undefined;
  const origins = cors.allowOrigins.map((one) => (one === meant ? origin : one));
  return `Write ${origin} instead of ${meant} in AllowOrigins of the API’s CorsConfiguration: a browser sends an origin without a path, a slash at the end or upper-case letters. The whole list is then:\n${printSetting('allowOrigins', origins, definition)}`;
}
