/** Texts and bytes for display: JSON indented, binary as base64, secrets removed. */
import type { RecordedMessage, Shown } from './model.ts';
import type { Redactor } from './redact.ts';

/** @param size original bytes or characters, where the ring kept fewer */
export function showData(
  title: string,
  data: string | Buffer | undefined,
  redactor: Redactor,
  size = data?.length ?? 0,
): Shown | undefined {
  if (data === undefined || data.length === 0) return undefined;
  const cutFrom = size > data.length ? { cutFrom: size } : undefined;
  const text = typeof data === 'string' ? data : toText(data, cutFrom !== undefined);
  if (text === undefined) return { title, form: 'binary', text: data.toString('base64'), ...cutFrom };
  const clean = redactor.text(text);
  const pretty = cutFrom === undefined ? indent(clean) : undefined;
  return pretty === undefined
    ? { title, form: 'text', text: clean, ...cutFrom }
    : { title, form: 'json', text: pretty };
}

export function showHeaders(headers: readonly string[], redactor: Redactor): RecordedMessage['headers'] {
  const pairs: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    pairs.push([name, redactor.value(name, headers[index + 1] ?? '')]);
  }
  return pairs;
}

/** Undefined for invalid UTF-8. A cut text may end within a character. */
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

/** Undefined unless it is a JSON object or array. */
function indent(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return indentJson(text);
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** Token by token, as sent: `JSON.parse` would change a number of 20 digits. */
function indentJson(json: string): string {
  let [text, depth, before] = ['', 0, ''];
  for (const [token] of json.matchAll(TOKENS)) {
    const isClosing = token === '}' || token === ']';
    if (isClosing) depth -= 1;
    const isOpen = before === '{' || before === '[';
    if (isOpen !== isClosing || before === ',') text += `\n${'  '.repeat(depth)}`;
    text += token === ':' ? ': ' : token;
    if (token === '{' || token === '[') depth += 1;
    before = token;
  }
  return text;
}
