/** Finds the values of a request that the code of a handler reads from its event. */
import { readCanonicalHeaders, readRestHeaders } from '../../core/events/request-headers.ts';
import { findLines } from '../records/handler-lines.ts';
import type { HandlerText } from '../records/handler-lines.ts';
import type { Received } from '../../core/exchange.ts';
import type { ForwardedPart } from '../explain/circumstances.ts';

/** A value that the code reads: its name as the code writes it, and the place. */
type ReadOfRequest = { readonly part: ForwardedPart; readonly name: string; readonly place: string };

/** A parameter or header that code reads from its event, directly or after a default such as `|| {}`. */
const DIRECTLY =
  /\b(?:event|evt)(?:\??\.|\[\s*['"]|\.get\(\s*['"])(queryStringParameters|headers)\b['"]?(?:,\s*\{\s*\})?\s*[\])]?\s*(?:(?:\|\||\?\?|or)\s*\{\s*\}\s*\))?(?:\??\.get\(\s*['"]([\w:-]+)['"]|(?:\?\.)?\[\s*['"]([\w:-]+)['"]\s*\]|\??\.(?!get\b)([A-Za-z_$][\w$]*)(?![\w$]|\s*\())/g;

/** A variable that has the parameters or the headers, such as `query = event.get("queryStringParameters") or {}`. */
const VARIABLE =
  /\b(\w+)\s*=\s*\(?\s*(?:event|evt)(?:\??\.|\[\s*['"]|\.get\(\s*['"])(queryStringParameters|headers)\b['"]?(?:,\s*\{\s*\})?\s*[\])]?\s*(?:(?:\|\||\?\?|or)\s*\{\s*\}\s*\)?)?\s*;?\s*(?:#.*|\/\/.*)?$/gm;

/** `const { limit } = event.queryStringParameters`, whose names may have defaults. */
const DESTRUCTURED = /\{([^{}]*)\}\s*=\s*\(?\s*(?:event|evt)\??\.(queryStringParameters|headers)\b/g;

export function readsOfRequest(handler: HandlerText): readonly ReadOfRequest[] {
  const { text } = handler;
  const ofVariables = [...text.matchAll(VARIABLE)].flatMap(([, variable = '', of = '']) =>
    readsIn(handler, readOf(variable), of),
  );
  const [cookies] = findLines(handler, /\b(?:event|evt)(?:\??\.|\[\s*['"]|\.get\(\s*['"])cookies\b/);
  return [
    ...readsIn(handler, DIRECTLY),
    ...ofVariables,
    ...destructured(handler),
    // Which cookie the code looks for in the list is not known.
    ...(cookies === undefined ? [] : [{ part: 'cookie', name: '', place: cookies } as const]),
  ];
}

function readOf(variable: string): RegExp {
  return new RegExp(
    String.raw`(?<![.\w])${variable}(?:\??\.get\(\s*['"]([\w:-]+)['"]|(?:\?\.)?\[\s*['"]([\w:-]+)['"]\s*\]|\??\.(?!get\b)([A-Za-z_$][\w$]*)(?![\w$]|\s*\())`,
    'g',
  );
}

/** @param of names the member that a variable contains; absent if the pattern itself finds the member */
function readsIn({ file, text }: HandlerText, pattern: RegExp, of?: string): readonly ReadOfRequest[] {
  return text.split('\n').flatMap((line, index) =>
    [...line.matchAll(pattern)].map(([, ...groups]: (string | undefined)[]) => {
      const member = of ?? groups.shift();
      const name = groups.find((group) => group !== undefined) ?? '';
      return { part: partOf(member), name, place: `${file}:${index + 1}` };
    }),
  );
}

function destructured({ file, text }: HandlerText): readonly ReadOfRequest[] {
  return text.split('\n').flatMap((line, index) =>
    [...line.matchAll(DESTRUCTURED)].flatMap(([, names = '', of]) =>
      names.split(',').flatMap((one) => {
        const name = /^\s*['"]?([\w-]+)/.exec(one)?.[1];
        return name === undefined ? [] : [{ part: partOf(of), name, place: `${file}:${index + 1}` }];
      }),
    ),
  );
}

function partOf(member: string | undefined): ForwardedPart {
  return member === 'headers' ? 'header' : 'querystring';
}

/** Whether a client sent a value that code reads. */
export function has(
  { headers, rawQuery }: Pick<Received, 'headers' | 'rawQuery'>,
  { part, name }: ReadOfRequest,
): boolean {
  return part === 'querystring'
    ? new URLSearchParams(rawQuery).has(name)
    : headers.last(part === 'cookie' ? 'cookie' : name.toLowerCase()) !== undefined;
}

/** Whether the event of a request has a value that code reads. The gateway itself adds some headers (docs/aws §2.6). */
export function isInEvent(received: Received, read: ReadOfRequest): boolean {
  if (has(received, read) || read.part !== 'header') return has(received, read);
  const { headers } =
    received.api.protocol === 'rest' ? readRestHeaders(received) : readCanonicalHeaders(received);
  return Object.keys(headers).some((name) => name.toLowerCase() === read.name.toLowerCase());
}

/** Returns how a sentence names a value, such as `the query parameter limit`. */
export function nameRead({ part, name }: Pick<ReadOfRequest, 'part' | 'name'>): string {
  return part === 'cookie'
    ? 'the cookies'
    : `the ${part === 'header' ? 'header' : 'query parameter'} ${name}`;
}
