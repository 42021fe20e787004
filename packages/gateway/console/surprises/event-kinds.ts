/** Values of a request that a function gets in a different place or form than the client sent (docs/aws §3.1–§3.3). */
import { escapeForRegExp } from '@gatewright/aws/text/escape-for-regexp';
import { decodeOrKeep } from '@gatewright/aws/decode-or-keep';
import { listed, toDeploy } from '../explain/reason.ts';
import { nameSetting } from '../explain/setting-text.ts';
import { readLambdaPayload } from './selected-response.ts';
import { findLine, isPythonCode } from '../records/handler-lines.ts';
import { readsOf } from './member-reads.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import type { SurpriseKind, Told } from './surprise.ts';

/**
 * Whether the answer is a success, and no line of the code reads the value in the form that this event does not have.
 * The cause of an error is not known, so each difference may matter.
 * @param handled matches a line that reads the value in the form in which this event has it
 */
function isOrdinary(
  { recorded: { status }, handler }: SurpriseFacts,
  { member, names, flags }: Reads,
  handled?: RegExp,
): boolean {
  if (status > 399) return false;
  const texts =
    handler === undefined ? [] : [handler.text, ...(handler.modules ?? []).map(({ text }) => text)];
  return !texts.some((text) => {
    const patterns = readsOf(member, names, text, flags);
    const lines = text.split('\n').filter((line) => !/^\s*(?:\/\/|#|\*)/.test(line));
    return lines.some((line) => patterns.some((one) => one.test(line)) && handled?.test(line) !== true);
  });
}

function isInPython({ handler }: SurpriseFacts): boolean {
  return handler !== undefined && isPythonCode(handler);
}

/** A read to search for in each file of the function: a line that reads one of these names from the member. */
type Reads = { readonly member: string; readonly names: readonly string[]; readonly flags?: string };

const reads = (member: string, names: readonly string[], flags = ''): Reads => ({ member, names, flags });

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
    if (isOrdinary(facts, reads('queryStringParameters', parameters), /\bsplit\b/)) return undefined;
    const named = parameters.join(', ');
    return {
      values: { parameters },
      because: [
        hasMultiValues(payload)
          ? `The query has several values of ${named}. In queryStringParameters, the function got only the last of them.`
          : `The query has several values of ${named}. In queryStringParameters, the function got them as one string, joined with commas.`,
      ],
      changes: [
        hasMultiValues(payload)
          ? `To read all of them, use multiValueQueryStringParameters of the event.`
          : `To keep values that contain commas apart, read them from rawQueryString: new URLSearchParams(event.rawQueryString).getAll(name).`,
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
    if (headers.length === 0 || isOrdinary(facts, reads('headers', headers, 'i'))) return undefined;
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
    if (isOrdinary(facts, reads('headers', ['cookie'], 'i'))) return undefined;
    return {
      values: {},
      because: [
        'The request has cookies. With payload format 2.0, the function gets them in the list event.cookies, and event.headers has no cookie.',
      ],
      changes: ['If the function reads cookies, make it read event.cookies, a list of NAME=VALUE strings.'],
    };
  },
};

/** A plus sign that is meant as such: in a telephone number, an email address, or a time with an offset. */
const MEANT_PLUS = /^\+\d|\+[^@]*@|\d\+\d\d(?::?\d\d)?$/;

const plusAsSpace: SurpriseKind = {
  code: 'PLUS_AS_SPACE',
  mark: undefined,
  source: 'docs/aws §2.3',
  find(facts) {
    if (readLambdaPayload(facts) !== 'rest-1.0') return undefined;
    const pairs = facts.recorded.received.rawQuery.split('&');
    const parameters = pairs
      .filter((pair) => {
        const value = pair.slice(pair.indexOf('=') + 1);
        // Forms, browsers and SDKs write a space as a plus.
        return facts.recorded.status > 399
          ? value.includes('+')
          : MEANT_PLUS.test(decodeOrKeep(value.replaceAll(/%2b/gi, '')));
      })
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

const DECODES = /\b(?:decodeURIComponent|decodeURI|unescape|unquote|unquote_plus)\s*\(/;

/** An HTTP API decodes path parameters, so a function that decodes them again gets a different value. */
const pathDecoded: SurpriseKind = {
  code: 'PATH_DECODED',
  mark: undefined,
  source: 'docs/aws §2.3',
  find(facts) {
    const payload = readLambdaPayload(facts);
    if (payload !== 'http-1.0' && payload !== 'http-2.0') return undefined;
    const whole = payload === 'http-2.0' ? findDecodedPath(facts) : undefined;
    if (whole !== undefined) return whole;
    const { pathParameters, rawPath } = facts.recorded.received;
    const changed = Object.entries(pathParameters ?? {}).filter(([, value]) => !rawPath.includes(value));
    const [first] = changed;
    if (first === undefined) return undefined;
    const names = changed.map(([name]) => name);
    const again = findLine(facts.handler, DECODES);
    const isTwice = again !== undefined && changed.some(([, value]) => value.includes('%'));
    if (!isTwice && facts.recorded.status < 400) return undefined;
    return {
      values: { parameters: names },
      because: [
        `The path of the request is ${rawPath}. The function got ${listed(names)} in pathParameters already decoded: ${first[0]} is ${first[1]}.${again === undefined ? '' : ` The function decodes a value again at ${again}${isTwice ? `, which changes the value` : ''}.`}`,
      ],
      changes:
        again === undefined
          ? [
              `If the name is stored in the form that the client sent, look up ${encodeAgain(readOf(['pathParameters', first[0]], isInPython(facts)), isInPython(facts))}. If it is stored as ${first[1]}, the decoding is not the cause.`,
            ]
          : [
              `Use ${isInPython(facts) ? `event['pathParameters']['${first[0]}']` : `event.pathParameters${printMember(first[0])}`} as it is at ${again}, without decoding it.`,
            ],
    };
  },
};

function encodeAgain(read: string, inPython: boolean): string {
  return inPython ? `urllib.parse.quote(${read}, safe="")` : `encodeURIComponent(${read})`;
}

/** Members of payload format 2.0 that have the decoded path, in spite of the name of the first one. */
const READS_PATH = /\brawPath\b|\bhttp\b\W+path\b/;

/**
 * Explains an error of a function that reads the path and expects its encoded form, which the event does not contain.
 */
function findDecodedPath({ recorded, handler }: SurpriseFacts): Told | undefined {
  const { rawPath } = recorded.received;
  const decoded = decodeOrKeep(rawPath);
  const read = findLine(handler, READS_PATH);
  if (decoded === rawPath || read === undefined || recorded.status < 400) return undefined;
  if (findLine(handler, DECODES) !== undefined) return undefined;
  // The encoded segments of the path, because the code may contain the path without a prefix.
  const encoded = rawPath.split('/').filter((part) => decodeOrKeep(part) !== part);
  const written = findLine(handler, new RegExp(encoded.map(escapeForRegExp).join('|')));
  return {
    values: { path: decoded },
    because: [
      `The path of the request is ${rawPath}, and the function got it already decoded, as ${decoded}: in payload format 2.0 of an HTTP API, rawPath, requestContext.http.path and pathParameters are decoded. The function reads it at ${read}${written === undefined ? '' : `, and ${written} has the encoded form, which the event does not contain`}.`,
    ],
    changes: [
      `Compare with the decoded path at ${written ?? read}. A REST API and a function URL pass the path on as the client encoded it.`,
    ],
  };
}

/** Prints a member of an object as JavaScript reads it. The name of a path parameter may contain `-`, `.` or `:`. */
function printMember(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `['${name}']`;
}

/** A REST API passes path parameters on as the client encoded them. */
const pathEncoded: SurpriseKind = {
  code: 'PATH_ENCODED',
  mark: undefined,
  source: 'docs/aws §2.3',
  find(facts) {
    if (readLambdaPayload(facts) !== 'rest-1.0' || facts.isToolkit) return undefined;
    const { pathParameters } = facts.recorded.received;
    const encoded = Object.entries(pathParameters ?? {}).filter(([, value]) => decodeOrKeep(value) !== value);
    const [first] = encoded;
    if (first === undefined || findLine(facts.handler, DECODES) !== undefined) return undefined;
    const names = encoded.map(([name]) => name);
    if (isOrdinary(facts, reads('pathParameters', names))) return undefined;
    return {
      values: { parameters: names },
      because: [
        `The function got ${listed(names)} in pathParameters as the client encoded ${names.length === 1 ? 'it' : 'them'}: ${first[0]} is ${first[1]}. In the event of a Lambda proxy integration, a REST API leaves path parameters encoded.`,
      ],
      changes: [
        isInPython(facts)
          ? `Decode it in the function: urllib.parse.unquote(event['pathParameters']['${first[0]}']).`
          : `Decode it in the function: decodeURIComponent(event.pathParameters${printMember(first[0])}).`,
      ],
    };
  },
};

/**
 * A usage plan counts and limits only methods that require a key. The execution log of API Gateway says so: "API Key
 * authorized because method … does not require API Key. Request will not contribute to throttle or quota limits".
 * @see https://github.com/venveo/serverless-sharp/issues/56
 */
const keyNotRequired: SurpriseKind = {
  code: 'KEY_NOT_REQUIRED',
  mark: 'key not required',
  source: 'docs/aws §5.1',
  find({ integration, recorded: { received }, definition }) {
    const { api, stage, route } = received;
    if (integration === undefined || route === undefined || stage === undefined) return undefined;
    if (api.protocol !== 'rest' || route.apiKeyRequired) return undefined;
    const value = received.headers.last('x-api-key');
    const plan = value === undefined ? undefined : stage.keys.holderOf(api.apiId, stage.name, value)?.plan;
    const isUnused =
      stage.deployment.routes.plans.every(({ apiKeyRequired }) => !apiKeyRequired) &&
      (stage.keys.namesFor?.(api.apiId, stage.name).length ?? 0) > 0;
    // If other methods require a key, this method probably omits it on purpose, and many clients send their key to all.
    if (!isUnused) return undefined;
    const of = plan === undefined ? 'The stage has a usage plan, but' : 'The API key was not read:';
    return {
      values: { route: route.routeKey },
      because: [
        `${of} ${route.routeKey} does not require an API key, so API Gateway neither asks for a key nor counts the request in ${plan === undefined ? 'the plan' : `usage plan ${plan.name ?? plan.id}`}, and neither its quota nor its throttle applies.`,
      ],
      changes: [
        `If callers of ${route.routeKey} must have a key, set ${nameSetting('keyRequired', definition)}.${toDeploy('rest')}`,
      ],
    };
  },
};

/**
 * Claims that are lists in a JSON Web Token. Cognito writes the groups of a user as a list, even if the user has only
 * one group.
 */
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
    if (isOrdinary(facts, reads('claims', claims), /\b(?:split|replace|replaceAll|match|parse|loads)\b/))
      return undefined;
    const place =
      payload === 'http-2.0' ? 'requestContext.authorizer.jwt.claims' : 'requestContext.authorizer.claims';
    const { status } = facts.recorded;
    return {
      // A function that looks for one value of the list may not find it in the string, and then refuses the caller.
      isCause: status === 401 || status === 403,
      values: { claims },
      because: [
        `The token has a list as its ${claims.join(', ')}. In ${place}, the function got ${claims.length === 1 ? 'it' : 'each'} as one string${isHttp ? ', in brackets and with spaces between the values' : ', with commas between the values'}: ${caller.claims[claim] ?? ''}.`,
      ],
      changes: [
        `To compare individual values, split the string: ${splitList(readOf([...place.split('.'), claim], isInPython(facts)), isHttp, isInPython(facts))}.`,
      ],
    };
  },
};

/** HTTP APIs write a list in brackets and with spaces, REST APIs with commas. */
function splitList(read: string, isHttp: boolean, inPython: boolean): string {
  if (!isHttp) return inPython ? `${read}.split(",")` : `(${read} ?? '').split(',')`;
  return inPython ? `${read}.strip("[]").split(" ")` : `(${read} ?? '').replace(/^\\[|\\]$/g, '').split(' ')`;
}

/** A line that compares a value of the context as text, or converts it. */
const CONVERTS =
  /\b(?:Number|parseInt|parseFloat|BigInt|String|JSON|int|float|str|loads)\b|['"](?:true|false|\d+)['"]/i;

/** Returns an expression that reads a member of the event, such as `event.requestContext.authorizer.level`. */
function readOf(path: readonly string[], inPython: boolean): string {
  return path.reduce(
    (read, name) =>
      !inPython && /^[A-Za-z_$][\w$]*$/.test(name)
        ? `${read}.${name}`
        : inPython
          ? `${read}["${name}"]`
          : `${read}['${name}']`,
    'event',
  );
}

function compared([name, value]: readonly [string, unknown], inPython: boolean): string {
  const read = readOf(['requestContext', 'authorizer', name], inPython);
  if (typeof value === 'boolean') return inPython ? `${read} == "true"` : `${read} === 'true'`;
  return inPython ? `float(${read})` : `Number(${read})`;
}

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
    if (isOrdinary(facts, reads('authorizer', names), CONVERTS)) return undefined;
    return {
      values: { names },
      because: [
        `The authorizer returned ${names.join(', ')} in its context as ${names.length === 1 ? `a ${typeof first[1]}` : 'numbers or booleans'}. In requestContext.authorizer, the function got ${names.length === 1 ? 'it as a string' : 'them as strings'}: ${first[0]} is "${JSON.stringify(first[1])}"${first[1] === false ? ', which is true in a condition' : ''}.`,
      ],
      changes: [
        `${typeof first[1] === 'number' ? 'Convert the string to a number' : 'Compare the string'} in the function: ${compared(first, isInPython(facts))}.`,
      ],
    };
  },
};

export const EVENT_KINDS: readonly SurpriseKind[] = [
  repeatedQuery,
  repeatedHeader,
  cookiesMoved,
  plusAsSpace,
  pathDecoded,
  pathEncoded,
  keyNotRequired,
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
