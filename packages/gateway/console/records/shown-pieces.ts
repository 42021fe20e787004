/** The pieces of a streamed reply for display, each with its time, its size, and its text without secrets. */
import { TextDecoder } from 'node:util';
import type { ShownPiece } from './model.ts';
import type { RecordedRequest } from './recorded-request.ts';
import type { Redactor } from './redact.ts';

type Streamed = Pick<RecordedRequest, 'pieces' | 'startedMs' | 'replyBody'>;

export function showPieces(
  { pieces, startedMs, replyBody }: Streamed,
  redactor: Redactor,
): readonly ShownPiece[] {
  const texts = Buffer.isBuffer(replyBody) ? textsOf(pieces, replyBody) : [];
  const shown = clean(texts, redactor);
  return pieces.map(({ atMs, bytes }, index) => ({ atMs: atMs - startedMs, bytes, text: shown[index] }));
}

/** Returns the texts of the pieces, as far as the body was recorded; empty if the body is not UTF-8. */
function textsOf(pieces: Streamed['pieces'], body: Buffer): readonly string[] {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const texts: string[] = [];
  let from = 0;
  try {
    for (const { bytes } of pieces) {
      if (from >= body.length) break;
      // A character that spans two pieces belongs to the piece with its last byte.
      texts.push(decoder.decode(body.subarray(from, from + bytes), { stream: true }));
      from += bytes;
    }
  } catch {
    return [];
  }
  return texts.some((text) => text.includes('\0')) ? [] : texts;
}

/**
 * Removes secrets from the texts. Returns an empty list if a secret spans pieces, because its parts alone are not
 * recognized.
 */
function clean(texts: readonly string[], redactor: Redactor): readonly string[] {
  const whole = texts.join('');
  const shown = withoutSpace(redactor.text(whole));
  if (shown === withoutSpace(whole)) return texts;
  const cleaned = texts.map((text) => redactor.text(text));
  return withoutSpace(cleaned.join('')) === shown ? cleaned : [];
}

/** Removes spaces for a comparison, because redacting JSON removes its spaces. */
function withoutSpace(text: string): string {
  return text.replaceAll(/\s/g, '');
}
