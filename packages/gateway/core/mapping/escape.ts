import { decodeQueryText } from '@gatewright/aws/percent-encoding';
import { failure } from '@gatewright/velocity/java/template-error';

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\n': '\\n',
  '\t': '\\t',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\"',
  "'": "\\'",
  '\\': '\\\\',
  '/': '\\/',
};

/**
 * Escapes a string as commons-lang 2's `escapeJavaScript` does, which escapes both quotes, the slash, the backslash,
 * control characters below U+0020 and everything beyond ASCII. The result's `\'` is not valid JSON, so AWS advises
 * templates to remove it.
 */
export function escapeJavaScript(text: string): string {
  return text.replace(/["'\\/]|[^ -\u007f]/g, (char) => {
    const code = char.charCodeAt(0).toString(16).toUpperCase();
    return SHORT_ESCAPES[char] ?? `\\u${code.padStart(4, '0')}`;
  });
}

/**
 * Encodes a string as java.net.URLEncoder does (form style). A space becomes `+`, and only letters, digits and `*-._`
 * stay unchanged.
 */
export function encodeUrl(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%EF%BF%BD', text.isWellFormed() ? '%EF%BF%BD' : '%3F');
}

/**
 * Decodes a string as java.net.URLDecoder does. A `+` becomes a space, and bytes that are not UTF-8 become U+FFFD.
 * @throws TemplateError TEMPLATE_FAILED for a `%` without two hex digits
 */
export function decodeUrl(text: string): string {
  if (/%(?![\da-fA-F]{2})/.test(text))
    throw failure('the text to decode contains a "%" that is not followed by two hexadecimal digits');
  return decodeQueryText(text);
}

/** Encodes the text's UTF-8 as base64. */
export function encodeBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** Decodes base64, standard or URL-safe, to UTF-8 text. Other characters are skipped. */
export function decodeBase64(text: string): string {
  return Buffer.from(text, 'base64').toString();
}
