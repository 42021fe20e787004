/** Ways to view a body besides its text: as form fields, parts, an image, events or bytes. */
import { escapeForRegExp } from '@gatewright/aws/text/escape-for-regexp';
import type { Shown, ShownPiece } from '../../records/model.ts';

export type BodyView =
  | { readonly kind: 'fields'; readonly fields: readonly (readonly [name: string, value: string])[] }
  | { readonly kind: 'parts'; readonly parts: readonly BodyPart[] }
  | { readonly kind: 'picture'; readonly url: string }
  | { readonly kind: 'events'; readonly events: readonly SentEvent[] }
  | { readonly kind: 'pieces'; readonly pieces: readonly ShownPiece[] }
  | { readonly kind: 'hex'; readonly text: string }
  | { readonly kind: 'text' };

export type BodyPart = {
  readonly name: string | undefined;
  readonly fileName: string | undefined;
  readonly type: string | undefined;
  readonly bytes: number;
  /**
   * The text; undefined if the body contains bytes that are not valid text. Such a body is not searched for secrets, so
   * its text is not shown.
   */
  readonly text: string | undefined;
  readonly picture: string | undefined;
};

export type SentEvent = {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
  /** The time since the request arrived; undefined if the reply was not streamed. */
  readonly atMs: number | undefined;
};

const MAX_PARTS = 200;
const HEX_BYTES = 4_096;
const PICTURE = /^image\/(?:png|jpeg|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon|svg\+xml)$/;

type Body = Pick<Shown, 'form' | 'text' | 'pieces'>;

/** Returns the views of a body. The best view comes first, and the raw text comes last. */
export function viewsOf(body: Body, contentType: string | undefined): readonly BodyView[] {
  const [, type = '', parameters = ''] = /^\s*([^\s;]*)(.*)$/s.exec(contentType?.toLowerCase() ?? '') ?? [];
  const binary = body.form === 'binary' ? decodeBase64(body.text) : undefined;
  const hex: readonly BodyView[] = binary === undefined ? [] : [{ kind: 'hex', text: printHex(binary) }];
  const pieces: readonly BodyView[] =
    body.pieces === undefined ? [] : [{ kind: 'pieces', pieces: body.pieces }];
  return [...ofType(body, binary, type, contentType ?? '', parameters), ...pieces, ...hex, { kind: 'text' }];
}

function ofType(
  body: Body,
  binary: string | undefined,
  type: string,
  contentType: string,
  parameters: string,
): readonly BodyView[] {
  if (PICTURE.test(type)) {
    const data = binary === undefined ? btoaOf(body.text) : body.text;
    return data === undefined ? [] : [{ kind: 'picture', url: `data:${type};base64,${data}` }];
  }
  if (type === 'multipart/form-data' && parameters.includes('boundary=')) {
    const parts = readParts(binary ?? body.text, boundaryOf(contentType), binary === undefined);
    return parts.length === 0 ? [] : [{ kind: 'parts', parts }];
  }
  if (binary !== undefined) return [];
  if (type === 'application/x-www-form-urlencoded')
    return [{ kind: 'fields', fields: [...new URLSearchParams(body.text)] }];
  if (type === 'text/event-stream') return [{ kind: 'events', events: readEvents(body) }];
  return [];
}

/** Decodes base64 into a text with one character for each byte. */
function decodeBase64(text: string): string {
  try {
    return atob(text);
  } catch {
    return '';
  }
}

function btoaOf(text: string): string | undefined {
  try {
    return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  } catch {
    return undefined;
  }
}

function boundaryOf(contentType: string): string {
  const [, quoted, bare] = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  return quoted ?? bare ?? '';
}

/**
 * Reads the parts of a multipart body. A truncated part is shown as far as it was received.
 * @see RFC 7578
 */
function readParts(body: string, boundary: string, isText: boolean): readonly BodyPart[] {
  if (boundary === '') return [];
  const [, ...sections] = `\n${body}`.split(new RegExp(`\\r?\\n--${escapeForRegExp(boundary)}`));
  return sections
    .filter((section) => !section.startsWith('--'))
    .slice(0, MAX_PARTS)
    .map((section) => readPart(section.replace(/^[ \t]*\r?\n/, ''), isText));
}

function readPart(section: string, isText: boolean): BodyPart {
  const [, head = '', content = ''] = /^(.*?)\r?\n\r?\n(.*)$/s.exec(`\n${section}`) ?? [];
  const header = (name: string): string | undefined =>
    new RegExp(`^${name}:[ \\t]*(.*?)\\r?$`, 'im').exec(head)?.[1];
  const disposition = header('content-disposition') ?? '';
  const parameter = (name: string): string | undefined =>
    new RegExp(`[;\\s]${name}="((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(disposition)?.[1];
  const type = header('content-type')?.trim().toLowerCase();
  const hasPicture = !isText && type !== undefined && PICTURE.test(type);
  return {
    name: parameter('name'),
    fileName: parameter('filename'),
    type,
    bytes: isText ? new TextEncoder().encode(content).length : content.length,
    text: isText ? content : undefined,
    picture: hasPicture ? `data:${type};base64,${btoa(content)}` : undefined,
  };
}

/**
 * Reads the events of a text.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
function readEvents({ text, pieces = [] }: Body): readonly SentEvent[] {
  return [...text.matchAll(/(?:[^\r\n]+(?:\r\n|\r|\n|$))+/g)].flatMap(({ 0: block, index }): SentEvent[] => {
    const lines = block.split(/\r\n|\r|\n/).map((line) => /^([^:]*):? ?(.*)$/s.exec(line));
    const of = (name: string): string[] =>
      lines.flatMap((line) => (line?.[1] === name ? [line[2] ?? ''] : []));
    const data = of('data');
    if (data.length === 0) return [];
    const atMs = timeAt(index + block.length, pieces);
    return [{ event: of('event').at(-1) ?? 'message', id: of('id').at(-1), data: data.join('\n'), atMs }];
  });
}

/**
 * Returns the time when the text up to this position had been sent; undefined if the text of an earlier piece is not
 * stored.
 */
function timeAt(end: number, pieces: readonly ShownPiece[]): number | undefined {
  let sent = 0;
  return pieces.find(({ text }) => (sent += text?.length ?? NaN) >= end)?.atMs;
}

/** Formats sixteen bytes a line, as `hexdump -C` does. */
function printHex(bytes: string): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, HEX_BYTES); at += 16) {
    const line = Array.from({ length: Math.min(16, bytes.length - at) }, (_, index) =>
      bytes.charAt(at + index),
    );
    const hex = line.map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join(' ');
    const shown = line.map((byte) => (/[\x20-\x7e]/.test(byte) ? byte : '.')).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(47)}  |${shown}|`);
  }
  if (bytes.length > HEX_BYTES) lines.push(`… ${bytes.length - HEX_BYTES} more bytes`);
  return lines.join('\n');
}
