/** Creates conditional and partial responses from cached objects (developer guide, RangeGETs; RFC 9110 §13, §14). */
import { lastHeader } from '../../core/events/header-list.ts';
import type { HeaderList } from '../../core/events/header-list.ts';
import type { OriginAnswer } from './stored-objects.ts';
import type { ViewerRequest } from './viewer-request.ts';

/** Converts a response to 304, 206 or 416 if the viewer's conditional or range headers require this. */
export function answerPart(
  answer: OriginAnswer,
  { method, headers: asked }: Pick<ViewerRequest, 'method' | 'headers'>,
): OriginAnswer {
  if (answer.status !== 200) return answer;
  if (isUnchanged(answer, asked))
    return { status: 304, headers: withoutLength(answer.headers), body: NOTHING };
  const range = method === 'GET' ? asked.last('range') : undefined;
  if (range === undefined || !allowsRange(answer, asked.last('if-range'))) return answer;
  const size = answer.body.length;
  const part = readRange(range, size);
  if (part === undefined) return answer;
  if (part === 'unsatisfiable')
    return {
      status: 416,
      headers: [...withoutLength(answer.headers), 'Content-Range', `bytes */${size}`],
      body: NOTHING,
    };
  const { first, last } = part;
  return {
    status: 206,
    headers: [...withoutLength(answer.headers), 'Content-Range', `bytes ${first}-${last}/${size}`],
    body: answer.body.subarray(first, last + 1),
  };
}

const NOTHING = Buffer.alloc(0);

function isUnchanged({ headers }: OriginAnswer, asked: HeaderList): boolean {
  const tags = asked.all('if-none-match').join(',');
  const tag = lastHeader(headers, 'etag');
  if (tags !== '') {
    if (tags.trim() === '*') return true;
    return tag !== undefined && tags.split(',').some((one) => plainTag(one) === plainTag(tag));
  }
  const since = Date.parse(asked.last('if-modified-since') ?? '');
  const modified = Date.parse(lastHeader(headers, 'last-modified') ?? '');
  // An invalid date is NaN, for which every comparison is false.
  return modified <= since;
}

/** Returns the tag without its weakness indicator, for weak comparison. */
function plainTag(tag: string): string {
  return tag.trim().replace(/^W\//, '');
}

function allowsRange({ headers }: OriginAnswer, condition: string | undefined): boolean {
  if (condition === undefined) return true;
  const tag = lastHeader(headers, 'etag');
  if (condition.startsWith('"')) return condition === tag;
  return condition === lastHeader(headers, 'last-modified');
}

type Range = { readonly first: number; readonly last: number };

/**
 * Reads the `Range` header. Returns undefined if the whole object must be sent, which is also the case if several
 * ranges are requested.
 */
function readRange(text: string, size: number): Range | 'unsatisfiable' | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(text.trim()) ?? [];
  if (from === '' && to === '') return undefined;
  if (from === '') {
    const count = Math.min(Number(to), size);
    return count === 0 ? 'unsatisfiable' : { first: size - count, last: size - 1 };
  }
  const first = Number(from);
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== '' && Number(to) < first) return undefined;
  return first >= size ? 'unsatisfiable' : { first, last };
}

function withoutLength(headers: readonly string[]): readonly string[] {
  return headers.filter(
    (_, index) => (headers[index - (index % 2)] ?? '').toLowerCase() !== 'content-length',
  );
}
