/** The text transformations that are applied before an inspection (developer guide, "Text transformations"). */
import { createHash } from 'node:crypto';
import {
  decodeBase64,
  decodeBase64Forgiving,
  decodeCss,
  decodeEscapes,
  decodeHex,
  decodeHtml,
  decodeJavaScript,
  decodeSqlHex,
  decodeUrl,
  decodeUrlUnicode,
  encodeUnicode,
} from './decode.ts';

const WHITE_SPACE = /[ \f\t\n\r\v\xa0]+/g;

/** The text transformations, in the order of the API reference ("TextTransformation"). */
export const TRANSFORMATIONS = {
  NONE: (text) => text,
  COMPRESS_WHITE_SPACE: (text) => text.replace(WHITE_SPACE, ' '),
  HTML_ENTITY_DECODE: decodeHtml,
  LOWERCASE: lowerCase,
  CMD_LINE: (text) =>
    lowerCase(
      text
        .replace(/[\\"'^]/g, '')
        .replace(/[,;]/g, ' ')
        .replace(/ {2,}/g, ' ')
        .replace(/ ([/(])/g, '$1'),
    ),
  URL_DECODE: decodeUrl,
  BASE64_DECODE: decodeBase64,
  HEX_DECODE: decodeHex,
  MD5: (text) => createHash('md5').update(text, 'latin1').digest('binary'),
  REPLACE_COMMENTS: (text) => text.replace(/\/\*[^]*?(?:\*\/|$)/g, ' '),
  ESCAPE_SEQ_DECODE: decodeEscapes,
  SQL_HEX_DECODE: decodeSqlHex,
  CSS_DECODE: decodeCss,
  JS_DECODE: decodeJavaScript,
  NORMALIZE_PATH: normalizePath,
  NORMALIZE_PATH_WIN: (text) => normalizePath(text.replaceAll('\\', '/')),
  REMOVE_NULLS: (text) => text.replaceAll('\0', ''),
  REPLACE_NULLS: (text) => text.replaceAll('\0', ' '),
  BASE64_DECODE_EXT: decodeBase64Forgiving,
  URL_DECODE_UNI: decodeUrlUnicode,
  UTF8_TO_UNICODE: encodeUnicode,
  // The following transformations have the names of ModSecurity's transformations, which ModSecurity's reference manual
  // describes.
  REMOVE_WHITESPACE: (text) => text.replace(WHITE_SPACE, ''),
  TRIM: (text) => trimLeft(trimRight(text)),
  TRIM_LEFT: trimLeft,
  TRIM_RIGHT: trimRight,
  REMOVE_COMMENTS_CHAR: (text) => text.replace(/\/\*|\*\/|--|#/g, ''),
  UPPERCASE: (text) => text.replace(/[a-z]+/g, (lower) => lower.toUpperCase()),
  SHA256: (text) => createHash('sha256').update(text, 'latin1').digest('binary'),
} as const satisfies Readonly<Record<string, (text: string) => string>>;

/**
 * The transformations of the API reference whose effect AWS does not document. A statement that uses one of them is not
 * evaluated.
 */
export const UNDESCRIBED = { CMD_LINE_WIN: true, CMD_LINE_UNIX: true, JS_DECODE_EXT: true } as const;

export type TransformationName = keyof typeof TRANSFORMATIONS | keyof typeof UNDESCRIBED;

/** The transformations in the order in which they are applied, without NONE. */
export type Transformations = readonly TransformationName[];

export function transform(text: string, transformations: Transformations): string {
  let transformed = text;
  for (const name of transformations) if (isDescribed(name)) transformed = TRANSFORMATIONS[name](transformed);
  return transformed;
}

/** Says why the gateway cannot transform texts; undefined if it can. */
export function describeUnknown(transformations: Transformations): string | undefined {
  const unknown = transformations.find((name) => !isDescribed(name));
  return unknown === undefined
    ? undefined
    : `the text transformation ${unknown}, which AWS does not describe`;
}

function isDescribed(name: TransformationName): name is keyof typeof TRANSFORMATIONS {
  return Object.hasOwn(TRANSFORMATIONS, name);
}

/** Converts only A to Z, because other bytes are parts of characters. */
function lowerCase(text: string): string {
  // For pure ASCII, the faster method gives the same result.
  if (!/[\u0080-\u00ff]/.test(text)) return text.toLowerCase();
  return text.replace(/[A-Z]+/g, (upper) => upper.toLowerCase());
}

/** Removes doubled slashes, `.`, and `..` except at the beginning. */
function normalizePath(text: string): string {
  const isAbsolute = text.startsWith('/');
  const kept: string[] = [];
  const parts = text.split('/');
  for (const part of parts) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else kept.push(part);
  }
  const last = parts.at(-1) ?? '';
  const isFolder = (last === '' || last === '.' || last === '..') && kept.length > 0 && kept.at(-1) !== '..';
  return `${isAbsolute ? '/' : ''}${kept.join('/')}${isFolder ? '/' : ''}`;
}

function trimLeft(text: string): string {
  return text.replace(/^[ \f\t\n\r\v\xa0]+/, '');
}

/** A pattern that ends in `+$` would take quadratic time for a text with many spaces. */
function trimRight(text: string): string {
  let end = text.length;
  while (end > 0 && ' \f\t\n\r\v\xa0'.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
