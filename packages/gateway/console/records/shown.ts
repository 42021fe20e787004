/**
 * Prepares texts and bytes for display: JSON is indented, other charsets are decoded, binary data is shown as base64,
 * and secrets are removed.
 */
import { TextDecoder } from 'node:util';
import { headerOf } from '@gatewright/aws/raw-headers';
import type { RecordedMessage, Shown } from './model.ts';
import type { Redactor } from './redact.ts';

/** @param size the original number of bytes or characters, if only a part was recorded */
export function showData(
  title: string,
  data: string | Buffer | undefined,
  redactor: Redactor,
  size = data?.length ?? 0,
): Shown | undefined {
  return showText(title, data, size, toText, (text) => redactor.text(text));
}

/**
 * @param headers the headers of the message, which contain its charset and show whether it is a form. The fields of a
 * form are read like a query
 */
export function showBody(
  data: string | Buffer | undefined,
  headers: readonly string[],
  redactor: Redactor,
  size = data?.length ?? 0,
): Shown | undefined {
  const type = headerOf({ rawHeaders: headers }, 'content-type') ?? '';
  const decoder = decoderOf(/;\s*charset="?([^\s;"]+)/i.exec(type)?.[1]);
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(type);
  const toKnown: typeof toText = (bytes, isCut) =>
    decoder === undefined ? toText(bytes, isCut) : decoder.decode(bytes);
  const shown = showText('Body', data, size, toKnown, (text) =>
    isForm ? redactor.query(text) : redactor.text(text),
  );
  if (data === undefined || shown === undefined || shown.form === 'binary') return shown;
  return isSame(shown.text, data) ? shown : { ...shown, isEdited: true };
}

function isSame(text: string, sent: string | Buffer): boolean {
  return typeof sent === 'string' ? text === sent : Buffer.from(text).equals(sent);
}

/** Returns undefined for UTF-8 and for unknown charset names. */
function decoderOf(charset: string | undefined): TextDecoder | undefined {
  if (charset === undefined) return undefined;
  try {
    const decoder = new TextDecoder(charset);
    return decoder.encoding === 'utf-8' ? undefined : decoder;
  } catch {
    return undefined;
  }
}

function showText(
  title: string,
  data: string | Buffer | undefined,
  size: number,
  read: (bytes: Buffer, isCut: boolean) => string | undefined,
  clean: (text: string) => string,
): Shown | undefined {
  if (data === undefined || data.length === 0) return undefined;
  const cutFrom = size > data.length ? { cutFrom: size } : undefined;
  const text = typeof data === 'string' ? data : read(data, cutFrom !== undefined);
  if (text === undefined) return { title, form: 'binary', text: data.toString('base64'), ...cutFrom };
  const shown = clean(text);
  const pretty = indent(shown, cutFrom !== undefined);
  return pretty === undefined
    ? { title, form: 'text', text: shown, ...cutFrom }
    : { title, form: 'json', text: pretty, ...cutFrom };
}

export function showHeaders(headers: readonly string[], redactor: Redactor): RecordedMessage['headers'] {
  const pairs: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    pairs.push([name, redactor.value(name, headers[index + 1] ?? '')]);
  }
  return pairs;
}

/** Decodes UTF-8; undefined for invalid UTF-8 and for bytes with a NUL. A truncated text may end within a character. */
function toText(bytes: Buffer, isCut: boolean): string | undefined {
  if (isCut) {
    const text = bytes.toString();
    return text.slice(0, -1).includes('\ufffd') || text.includes('\0')
      ? undefined
      : text.replace(/\ufffd$/, '');
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Indents a JSON object or array, or the beginning of a truncated one; undefined for other texts. */
function indent(text: string, isCut: boolean): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  if (isCut) return BEGINNING.test(text) ? indentJson(text) : undefined;
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return indentJson(text);
}

/** Matches text that consists only of JSON tokens, in any order. The last token may be truncated. */
const BEGINNING =
  /^(?:[\s{}[\],:]|"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*(?![^\s{}[\],:])|(?:true|false|null)(?![^\s{}[\],:]))*(?:"(?:[^"\\]|\\.)*\\?|-|t|tr|tru|f|fa|fal|fals|n|nu|nul)?$/;
const TOKENS = /"(?:[^"\\]|\\.)*(?:"|\\?$)|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * Deeper levels are not indented further. Attack: each line of `[[[[…` would be longer than the one before, so 16 KB
 * that anybody sends would be shown as 268 MB.
 */
const MOST_INDENTED = 40;

/** Indents token by token to keep the text as sent, because `JSON.parse` would change a number with 20 digits. */
function indentJson(json: string): string {
  let [text, depth, before] = ['', 0, ''];
  for (const [token] of json.matchAll(TOKENS)) {
    const isClosing = token === '}' || token === ']';
    // A truncated text may contain more closing brackets than opening ones.
    if (isClosing) depth = Math.max(0, depth - 1);
    const isOpen = before === '{' || before === '[';
    if (isOpen !== isClosing || before === ',') text += `\n${'  '.repeat(Math.min(depth, MOST_INDENTED))}`;
    text += token === ':' ? ': ' : token;
    if (token === '{' || token === '[') depth += 1;
    before = token;
  }
  return text;
}
