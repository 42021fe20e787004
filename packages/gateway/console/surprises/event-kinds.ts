/** Values of a request that a function gets in another place or form than the client sent them (docs/aws §3.1–§3.3). */
import { decodeOrKeep } from '@gatewright/aws/decode-or-keep';
import { readLambdaPayload } from './selected-response.ts';
import type { SurpriseKind } from './surprise.ts';

/** Headers that clients and proxies repeat, and that functions rarely read. */
const USUALLY_REPEATED = new Set(['via', 'forwarded', 'x-forwarded-for', 'cookie']);

const repeatedQuery: SurpriseKind = {
  code: 'QUERY_REPEATED',
  mark: undefined,
  source: 'docs/aws §2.3',
  find(facts) {
    const payload = readLambdaPayload(facts);
    if (payload === undefined || payload === 'websocket') return undefined;
    const parameters = repeated([...new URLSearchParams(facts.recorded.received.rawQuery).keys()]);
    if (parameters.length === 0) return undefined;
    const named = parameters.join(', ');
    return {
      values: { parameters },
      because: [
        hasMultiValues(payload)
          ? `The query has several values of ${named}. In queryStringParameters, the function got only the last of them.`
          : `The query has several values of ${named}. In queryStringParameters, the function got them as one text, joined by commas.`,
      ],
      changes: [
        hasMultiValues(payload)
          ? `To read all of them, use multiValueQueryStringParameters of the event.`
          : `To keep values apart that contain commas, read them from rawQueryString: new URLSearchParams(event.rawQueryString).getAll(name).`,
      ],
    };
  },
};

const repeatedHeader: SurpriseKind = {
  code: 'HEADER_REPEATED',
  mark: undefined,
  source: 'docs/aws §2.9',
  find(facts) {
    const payload = readLambdaPayload(facts);
    if (payload === undefined || !hasMultiValues(payload)) return undefined;
    const names: string[] = [];
    facts.recorded.received.headers.each((lower) => names.push(lower));
    const headers = repeated(names).filter((name) => !USUALLY_REPEATED.has(name));
    if (headers.length === 0) return undefined;
    return {
      values: { headers },
      because: [
        `The request has several headers ${headers.join(', ')}. In headers, the function got only the last of them.`,
      ],
      changes: ['To read all of them, use multiValueHeaders of the event.'],
    };
  },
};

const cookiesMoved: SurpriseKind = {
  code: 'COOKIES_MOVED',
  mark: undefined,
  source: 'docs/aws §3.3',
  find(facts) {
    const payload = readLambdaPayload(facts);
    if (payload !== 'http-2.0' && payload !== 'function-url') return undefined;
    if (facts.recorded.received.headers.last('cookie') === undefined) return undefined;
    return {
      values: {},
      because: [
        'The request has cookies. With payload format 2.0, the function gets them in the list event.cookies, and event.headers has no cookie.',
      ],
      changes: [],
    };
  },
};

const plusAsSpace: SurpriseKind = {
  code: 'PLUS_AS_SPACE',
  mark: undefined,
  source: 'docs/aws §2.3',
  find(facts) {
    if (readLambdaPayload(facts) !== 'rest-1.0') return undefined;
    const pairs = facts.recorded.received.rawQuery.split('&');
    const parameters = pairs
      .filter((pair) => pair.slice(pair.indexOf('=') + 1).includes('+'))
      .map((pair) => decodeOrKeep(pair.split('=', 1)[0] ?? ''));
    if (parameters.length === 0) return undefined;
    return {
      values: { parameters },
      because: [
        `In a query, + stands for a space, so the function got a space instead of + in ${parameters.join(', ')}.`,
      ],
      changes: ['To send a plus, encode it as %2B.'],
    };
  },
};

/** Claims that a JSON Web Token has as lists. Cognito writes the groups of a user as a list, even if it is one group. */
const claimList: SurpriseKind = {
  code: 'CLAIM_LIST_AS_TEXT',
  mark: undefined,
  source: 'docs/aws §4.5',
  find(facts) {
    const payload = readLambdaPayload(facts);
    const { caller } = facts.recorded;
    if (payload === undefined || caller?.kind !== 'jwt') return undefined;
    const isHttp = facts.recorded.received.api.protocol === 'http';
    const claims = Object.entries(caller.claims)
      .filter(([name, text]) => (isHttp ? /^\[.*\]$/s.test(text) : name === 'cognito:groups'))
      .map(([name]) => name);
    const [claim] = claims;
    if (claim === undefined) return undefined;
    const place =
      payload === 'http-2.0' ? 'requestContext.authorizer.jwt.claims' : 'requestContext.authorizer.claims';
    const { status } = facts.recorded;
    return {
      // A function that looks for one value of the list may not find it in the text, and then refuses the caller.
      isCause: status === 401 || status === 403,
      values: { claims },
      because: [
        `The token has a list as its ${claims.join(', ')}. In ${place}, the function got ${claims.length === 1 ? 'it' : 'each'} as one text${isHttp ? ', in brackets and with spaces between the values' : ', with commas between the values'}: ${caller.claims[claim] ?? ''}.`,
      ],
      changes: [
        isHttp
          ? `To compare individual values, split the text: claims['${claim}'].replace(/^\\[|\\]$/g, '').split(' ').`
          : `To compare individual values, split the text: claims['${claim}'].split(',').`,
      ],
    };
  },
};

/** Payload format 2.0 keeps the types of the context (docs/aws §4.3). */
const contextAsText: SurpriseKind = {
  code: 'CONTEXT_AS_TEXT',
  mark: undefined,
  source: 'docs/aws §4.3',
  find(facts) {
    const payload = readLambdaPayload(facts);
    const { caller } = facts.recorded;
    if (payload !== 'rest-1.0' && payload !== 'http-1.0') return undefined;
    const context = Object.entries(caller?.kind === 'lambda' ? caller.grant.context : {});
    const changed = context.filter(([, value]) => typeof value === 'boolean' || typeof value === 'number');
    const [first] = changed;
    if (first === undefined) return undefined;
    const names = changed.map(([name]) => name);
    return {
      values: { names },
      because: [
        `The authorizer returned ${names.join(', ')} in its context as ${names.length === 1 ? `a ${typeof first[1]}` : 'numbers or booleans'}. In requestContext.authorizer, the function got ${names.length === 1 ? 'it' : 'them'} as text: ${first[0]} is "${JSON.stringify(first[1])}"${first[1] === false ? ', which is true in a condition' : ''}.`,
      ],
      changes: [
        `Compare the text in the function, for example ${typeof first[1] === 'boolean' ? `authorizer.${first[0]} === 'true'` : `Number(authorizer.${first[0]})`}.`,
      ],
    };
  },
};

export const EVENT_KINDS: readonly SurpriseKind[] = [
  repeatedQuery,
  repeatedHeader,
  cookiesMoved,
  plusAsSpace,
  claimList,
  contextAsText,
];

function hasMultiValues(payload: NonNullable<ReturnType<typeof readLambdaPayload>>): boolean {
  return payload === 'rest-1.0' || payload === 'http-1.0';
}

/** Returns the names that occur more than once, each once. */
function repeated(names: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const name of names) (seen.has(name) ? twice : seen).add(name);
  return [...twice];
}
