/**
 * Decodes strings for the text transformations. Input and output have one character per byte. Invalid parts are not
 * changed.
 */

/** Converts full-width forms of ASCII characters to ASCII. All other codes are reduced to their lower byte. */
function narrow(code: number): string {
  const isFullWidth = code >= 0xff01 && code <= 0xff5e;
  return String.fromCharCode(isFullWidth ? (code & 0xff) + 0x20 : code & 0xff);
}

const hexCode = (digits: string): number => Number.parseInt(digits, 16);

const hasUrlCodes = (text: string): boolean => text.includes('%') || text.includes('+');

export function decodeUrl(text: string): string {
  if (!hasUrlCodes(text)) return text;
  return text.replace(/\+|%([0-9a-f]{2})/gi, (whole, digits: string | undefined) =>
    digits === undefined ? (whole === '+' ? ' ' : whole) : String.fromCharCode(hexCode(digits)),
  );
}

export function decodeUrlUnicode(text: string): string {
  if (!hasUrlCodes(text)) return text;
  return text.replace(
    /\+|%u([0-9a-f]{4})|%([0-9a-f]{2})/gi,
    (_, unicode: string | undefined, digits: string | undefined) => {
      if (unicode !== undefined) return narrow(hexCode(unicode));
      return digits === undefined ? ' ' : String.fromCharCode(hexCode(digits));
    },
  );
}

/** Decodes base64 up to the first character that is not in the base64 alphabet. */
export function decodeBase64(text: string): string {
  const [valid = ''] = /^[A-Za-z0-9+/]*/.exec(text) ?? [];
  return Buffer.from(valid, 'base64').toString('latin1');
}

/** Decodes base64, and ignores characters that are not in the base64 alphabet. */
export function decodeBase64Forgiving(text: string): string {
  return Buffer.from(text.replace(/[^A-Za-z0-9+/]/g, ''), 'base64').toString('latin1');
}

/** Decodes hexadecimal digits. Returns the text unchanged unless it consists only of pairs of hexadecimal digits. */
export function decodeHex(text: string): string {
  return /^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex').toString('latin1') : text;
}

export function decodeSqlHex(text: string): string {
  return text.replace(/0x((?:[0-9a-f]{2})+)/gi, (_, digits: string) =>
    Buffer.from(digits, 'hex').toString('latin1'),
  );
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['quot', '"'],
  ['nbsp', '\u00a0'],
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
]);

export function decodeHtml(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|(quot|nbsp|lt|gt|amp));/gi,
    (_, hex: string | undefined, decimal: string | undefined, name: string | undefined) => {
      if (name !== undefined) return ENTITIES.get(name.toLowerCase()) ?? '';
      return String.fromCharCode((hex === undefined ? Number(decimal) : hexCode(hex)) & 0xff);
    },
  );
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const ANSI_ESCAPES: Readonly<Record<string, string>> = {
  ...SIMPLE_ESCAPES,
  '\\': '\\',
  '?': '?',
  "'": "'",
  '"': '"',
};

export function decodeEscapes(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-f]{2})|([0-7]{1,3})|([abfnrtv\\?'"]))/gi,
    (whole, hex: string | undefined, octal: string | undefined, letter: string | undefined) => {
      if (hex !== undefined) return String.fromCharCode(hexCode(hex));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      return ANSI_ESCAPES[letter ?? ''] ?? whole;
    },
  );
}

/**
 * Decodes escapes of CSS 2.x, which have up to six hexadecimal digits and one optional white space. Only the last two
 * bytes are used.
 */
export function decodeCss(text: string): string {
  return text.replace(
    /\\(?:([0-9a-f]{1,6})[ \t\r\n\f]?|(\n)|([^]))/gi,
    (_, digits: string | undefined, lineBreak: string | undefined, plain: string | undefined) => {
      if (digits !== undefined) return narrow(hexCode(digits.slice(-4)));
      return lineBreak === undefined ? (plain ?? '') : '';
    },
  );
}

export function decodeJavaScript(text: string): string {
  return text.replace(
    /\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|([0-7]{1,3})|([^]))/gi,
    (
      _,
      unicode: string | undefined,
      hex: string | undefined,
      octal: string | undefined,
      plain: string | undefined,
    ) => {
      if (unicode !== undefined) return narrow(hexCode(unicode));
      if (hex !== undefined) return String.fromCharCode(hexCode(hex));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      return SIMPLE_ESCAPES[plain ?? ''] ?? plain ?? '';
    },
  );
}

/** Encodes `é` as `%u00e9`; ASCII stays unchanged. */
export function encodeUnicode(text: string): string {
  if (!/[\x80-\xff]/.test(text)) return text;
  const decoded = Buffer.from(text, 'latin1').toString('utf8');
  return decoded.replace(
    /[^\0-\x7f]/gu,
    (character) => `%u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
