import type { RequestRow } from './model.ts';

/**
 * Returns the notes for the list. A cold start is noted only for a success, because it explains a long
 * duration but not an error.
 * @param marks the notes about surprises of the response
 */
export function notesOf(
  { code, reason, failure, status, cache, isColdStart }: NotedRow,
  marks: readonly string[] = [],
): readonly string[] {
  const isError = code !== undefined || failure !== undefined || (status >= 400 && status < 600);
  return [
    ...(reason === undefined ? (code === undefined ? [] : [describeCode(code)]) : [reason]),
    ...marks,
    ...(cache === 'hit' ? ['cached'] : []),
    ...(isColdStart && !isError ? ['cold start'] : []),
  ];
}

/** Texts for codes whose own words are unclear or misleading. */
const CODE_WORDS: Readonly<Record<string, string>> = {
  DEFAULT_4XX: 'refused',
  DEFAULT_5XX: 'gateway error',
  API_CONFIGURATION_ERROR: 'API configuration error',
  INVALID_API_KEY: 'invalid API key',
  MISSING_AUTHENTICATION_TOKEN: 'no route or signature',
  WAF_FILTERED: 'blocked by the web ACL',
  URI_TOO_LONG: 'URI too long',
};

/** Returns a code such as `ACCESS_DENIED` as words: `access denied`. */
export function describeCode(code: string): string {
  return CODE_WORDS[code] ?? code.toLowerCase().replaceAll('_', ' ');
}

type NotedRow = Pick<RequestRow, 'code' | 'reason' | 'failure' | 'status' | 'cache' | 'isColdStart'>;
