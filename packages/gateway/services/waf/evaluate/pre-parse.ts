/**
 * The transformations of the query string before AWS WAF parses it into arguments (API reference,
 * "PreParseTextTransformation"). AWS describes them by their names only.
 */
import { decodeUrl, decodeUrlUnicode } from './decode.ts';

export const PRE_PARSE = {
  NONE: (query) => query,
  URL_DECODE: decodeUrl,
  URL_DECODE_UNI: decodeUrlUnicode,
  COMBINE_DUPLICATE_QUERY_ARGS_BY_COMMA: combineDuplicates,
  REPLACE_SEMICOLONS_WITH_AMPERSANDS: (query) => query.replaceAll(';', '&'),
} as const satisfies Readonly<Record<string, (query: string) => string>>;

export type PreParse = keyof typeof PRE_PARSE;

export function preParse(query: string, types: readonly PreParse[]): string {
  let normal = query;
  for (const type of types) normal = PRE_PARSE[type](normal);
  return normal;
}

/** Joins the values of arguments with equal names, at the position of the first of them. */
function combineDuplicates(query: string): string {
  const values = new Map<string, string[]>();
  for (const argument of query.split('&')) {
    const [name = ''] = argument.split('=', 1);
    values.set(name, [...(values.get(name) ?? []), argument.slice(name.length + 1)]);
  }
  return [...values].map(([name, each]) => `${name}=${each.join(',')}`).join('&');
}
