/**
 * Finds where the code of a handler reads a member that its event does not have, because the event has another payload
 * format, or has the value in another place (docs/aws §3.1–§3.3, §4.2). The handler's file is read only when somebody
 * looks at the recorded request.
 */
import { isPythonCode } from './handler-lines.ts';
import { asJsonObject, membersOf, parseJson } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { HandlerText } from './handler-lines.ts';

export type Misread = {
  /** File and line, such as `src/main.js:2`. */
  readonly place: string;
  /** What the code reads, and what it has to read, in the code's own language. */
  readonly written: string;
  readonly instead: string;
  /** The reason, as a clause. */
  readonly because: string;
  /**
   * Whether the member belongs to another payload format or to another place in the event. If not, only this
   * event lacks a value for it.
   */
  readonly isElsewhere: boolean;
  /** What else the same line reads where the event does not have it. */
  readonly others?: readonly Pick<Misread, 'written' | 'instead'>[] | undefined;
  /** The payload format that the integration could use instead, for whose events the code is written. */
  readonly otherFormat?: '2.0' | undefined;
  /** The place of the integration’s payload format. */
  readonly formatPlace?: string | undefined;
  /** Whether only the event of $connect has the member, and the function got a message. */
  readonly isOfConnect?: true;
};

type Asked = {
  readonly source: HandlerText;
  readonly event: string | undefined;
  /** A payload format of a proxy, or of an authorizer. */
  readonly form: string;
  /** The line at which the function failed; undefined for a function that returned. */
  readonly line?: number | undefined;
  /** The names of the environment variables of the function, and of the variables of its stage. */
  readonly environment?: readonly string[];
  readonly stageVariables?: readonly string[];
};

const OF_2 = 'payload format 2.0';
const OF_1 = 'payload format 1.0';

type Move = {
  readonly from: string;
  readonly to: string;
  readonly forms: RegExp;
  readonly in: string;
};

const PAYLOAD_2 = /^(?:http-2\.0|function-url)$/;
const PAYLOAD_1 = /^(?:rest-1\.0|http-1\.0)$/;

/** The form of an event that a request template writes. */
export const TEMPLATE_FORM = 'template';
const OF_TEMPLATE = /^template$/;

/**
 * Members of one kind of event, each with the member that another kind of event has instead. The first entry
 * that fits is used.
 */
const MOVES: readonly Move[] = [
  ...move(PAYLOAD_2, OF_2, {
    'requestContext.authorizer.claims': 'requestContext.authorizer.jwt.claims',
    'requestContext.authorizer.principalId': 'requestContext.authorizer.lambda',
    'requestContext.identity.clientCert': 'requestContext.authentication.clientCert',
    'requestContext.identity.sourceIp': 'requestContext.http.sourceIp',
    'requestContext.identity.userAgent': 'requestContext.http.userAgent',
    'requestContext.httpMethod': 'requestContext.http.method',
    'requestContext.path': 'requestContext.http.path',
    'requestContext.resourcePath': 'routeKey',
    multiValueQueryStringParameters: 'rawQueryString',
    multiValueHeaders: 'headers',
    httpMethod: 'requestContext.http.method',
    path: 'rawPath',
    resource: 'routeKey',
  }),
  ...move(PAYLOAD_1, OF_1, {
    'requestContext.authentication.clientCert': 'requestContext.identity.clientCert',
    'requestContext.authorizer.jwt.claims': 'requestContext.authorizer.claims',
    'requestContext.authorizer.lambda': 'requestContext.authorizer',
    'requestContext.http.method': 'httpMethod',
    'requestContext.http.path': 'path',
    'requestContext.http.sourceIp': 'requestContext.identity.sourceIp',
    'requestContext.http.userAgent': 'requestContext.identity.userAgent',
    rawQueryString: 'queryStringParameters',
    rawPath: 'path',
    cookies: 'headers.Cookie',
  }),
  // The request template of osls (integration: lambda) uses these names.
  ...move(OF_TEMPLATE, 'this integration, which its request template writes,', {
    'requestContext.identity': 'identity',
    'requestContext.stage': 'stage',
    'requestContext.resourcePath': 'requestPath',
    multiValueQueryStringParameters: 'query',
    queryStringParameters: 'query',
    pathParameters: 'path',
    httpMethod: 'method',
    resource: 'requestPath',
  }),
  ...move(/^authorizer-2\.0$/, 'an authorizer with payload format 2.0', {
    authorizationToken: 'headers.authorization',
    methodArn: 'routeArn',
    httpMethod: 'requestContext.http.method',
    path: 'rawPath',
  }),
  ...move(/^authorizer-request$/, 'an authorizer of the type REQUEST', {
    authorizationToken: 'headers.Authorization',
    identitySource: 'headers.Authorization',
    routeArn: 'methodArn',
  }),
  ...move(/^authorizer-token$/, 'an authorizer of the type TOKEN', {
    identitySource: 'authorizationToken',
    'headers.authorization': 'authorizationToken',
    'headers.Authorization': 'authorizationToken',
    routeArn: 'methodArn',
  }),
];

function move(forms: RegExp, named: string, paths: Readonly<Record<string, string>>): readonly Move[] {
  return Object.entries(paths).map(([from, to]) => ({ from, to, forms, in: named }));
}

/** Members that an event has only if the request has them. */
const OPTIONAL = ['queryStringParameters', 'pathParameters', 'stageVariables', 'cookies', 'body'];

const READ =
  /\b(?:event|evt)((?:\??\.(?!get\b)[A-Za-z_$][\w$]*|(?:\?\.)?\[\s*['"][\w:-]+['"]\s*\]|\.get\(\s*['"][\w:-]+['"][^()]*\))+)/g;
const NAME = /\??\.(?!get\b)([A-Za-z_$][\w$]*)|['"]([\w:-]+)['"]/g;
/** The default of `.get('name', 'default')` in Python. It does not name a member of the event. */
const DEFAULT = /(?<=\.get\(\s*['"][\w:-]+['"]\s*),[^()]*(?=\))/g;
/**
 * Members of every string. Code that reads `event.body.length` treats the body as a string, not as a parsed
 * object.
 */
const OF_TEXT =
  /^(?:length|trim|split|replace|replaceAll|match|matchAll|includes|startsWith|endsWith|slice|substring|toString|indexOf|toLowerCase|toUpperCase|at|charAt|encode|decode|strip|get|startswith|endswith|lower|upper|find)$/;
const MOST_LINES = 5000;

export function findMisread(asked: Asked): Misread | undefined {
  const { source, line } = asked;
  const event = asJsonObject(parseJson(asked.event ?? ''));
  if (event === undefined) return undefined;
  const lines = source.text.split('\n', MOST_LINES);
  const at = line === undefined ? lines.keys() : [line - 1];
  const ofAuthorizer = lines.filter((one) => /\bauthorizer\b\W*$/.test(ALIAS.exec(one)?.[2] ?? ''));
  for (const index of at) {
    const text = lines[index] ?? '';
    if (/^\s*(?:\/\/|#|\*)/.test(text)) continue;
    const direct = withMembers(text);
    const full = withoutAliases(direct, line === undefined ? ofAuthorizer : lines.slice(0, index));
    const found = findInLine(full, event, asked) ?? findVariable(text, asked);
    if (found !== undefined) return { ...found, place: `${source.file}:${index + 1}` };
  }
  return undefined;
}

/** `const { user } = event.requestContext.authorizer`, whose names may have defaults or other names. */
const DESTRUCTURED = new RegExp(
  String.raw`\{([^{}]*)\}\s*=\s*((?:event|evt)(?:\??\.[A-Za-z_$][\w$]*|(?:\?\.)?\[\s*['"][\w:-]+['"]\s*\])*)\s*;?\s*(?://.*)?$`,
);

/** Replaces a destructuring assignment by the members that it reads, such as `event.requestContext.authorizer.user`. */
function withMembers(line: string): string {
  const [, names, part] = DESTRUCTURED.exec(line) ?? [];
  if (names === undefined || part === undefined) return line;
  return names
    .split(',')
    .flatMap((one) => /^\s*([A-Za-z_$][\w$]*)/.exec(one)?.[1] ?? [])
    .map((name) => `${part}.${name}`)
    .join('; ');
}

/** A variable that stands for a part of the event, such as `rc = event["requestContext"]`. */
const ALIAS = new RegExp(
  String.raw`^\s*(?:const |let |var )?([A-Za-z_$][\w$]*)\s*=\s*(${READ.source})\s*;?\s*$`,
);

/** Replaces each variable with the part of the event that an earlier line has assigned to it. */
function withoutAliases(line: string, before: readonly string[]): string {
  const aliases = new Map(
    before.flatMap((one) => {
      const [, name, part] = ALIAS.exec(one) ?? [];
      return name === undefined || part === undefined ? [] : [[name, part] as const];
    }),
  );
  return line.replaceAll(
    /(?<![\w$.'"])([A-Za-z_$][\w$]*)(?=\s*(?:\?\.|\.|\[))/g,
    (name) => aliases.get(name) ?? name,
  );
}

type Found = Omit<Misread, 'place'>;

function findInLine(line: string, event: UnknownMembers, asked: Asked): Found | undefined {
  const isPython = isPythonCode(asked.source);
  const moved: Found[] = [];
  for (const [written, members = ''] of line.matchAll(READ)) {
    const names = [...members.replaceAll(DEFAULT, '').matchAll(NAME)].map(
      ([, dotted, quoted]) => dotted ?? quoted ?? '',
    );
    const move = findMove(names, event, asked);
    const found =
      move ??
      findInContext(names, event, asked) ??
      findHeader(names, event, asked) ??
      findInText(names, event) ??
      findInBody(names, event, asked);
    if (found !== undefined)
      moved.push({
        written,
        instead: isPython
          ? keepGet(write(found.to, found.rest, true), members)
          : write(found.to, found.rest, false),
        because: found.because,
        isElsewhere: true,
        ...(move !== undefined && { otherFormat: OTHER_FORMATS[asked.form] }),
      });
    const ofConnect =
      asked.line === undefined || found !== undefined ? undefined : findOfConnect(names, event);
    if (ofConnect !== undefined)
      return { written, instead: written, because: ofConnect, isElsewhere: true, isOfConnect: true };
    const absent =
      asked.line === undefined || found !== undefined || moved.length > 0
        ? undefined
        : findAbsent(names, event, isPython);
    if (absent !== undefined) return { written, ...absent, isElsewhere: false };
  }
  const [first, ...more] = moved;
  const others = more
    .filter(({ written }) => written !== first?.written)
    .map(({ written, instead }) => ({ written, instead }));
  return first && (others.length === 0 ? first : { ...first, others });
}

/** Only the integration of an HTTP API can choose another payload format, and 1.0 is the older format. */
const OTHER_FORMATS: Readonly<Record<string, '2.0'>> = { 'http-1.0': '2.0' };

/** Reads the last member with `.get`, and with its default, if the code does so. */
function keepGet(instead: string, members: string): string {
  const last = /\.get\(\s*['"][\w:-]+['"]\s*(,[^()]*)?\)$/.exec(members);
  if (last === null) return instead;
  return instead.replace(/\['([^']+)'\]$/, (_, name: string) => `.get('${name}'${last[1] ?? ''})`);
}

type Replaced = { readonly to: string; readonly rest: readonly string[]; readonly because: string };

/**
 * Members with lists of values, and the member in which payload format 2.0 has these values as one string
 * (docs/aws §3.3).
 */
const JOINED = [
  { of: 'multiValueQueryStringParameters', in: 'queryStringParameters' },
  { of: 'multiValueHeaders', in: 'headers' },
] as const;

function findMove(
  names: readonly string[],
  event: UnknownMembers,
  { form, source }: Pick<Asked, 'form' | 'source'>,
): Replaced | undefined {
  for (const one of MOVES) {
    const from = one.from.split('.');
    if (!one.forms.test(form) || from.some((name, index) => names[index] !== name)) continue;
    // Code that reads both members handles both kinds of events.
    if (valueAt(event, from) !== undefined || valueAt(event, one.to.split('.')) === undefined) continue;
    const [aspect] = JOINED.filter(({ of }) => of === one.from && PAYLOAD_2.test(form));
    const inner = one.to.split('.').slice(-2).join('.');
    const others = withoutReads(source.text, from);
    if (aspect !== undefined && mentions(source.text, aspect.in)) continue;
    // If the code reads a nested member such as `path`, this does not mean that it reads the event's own member of this
    // name.
    if (inner === from.at(-1) ? readsOfEvent(others, inner) : mentions(others, inner)) continue;
    return {
      to: one.to,
      rest: names.slice(from.length),
      because: `the event of ${one.in} has no ${one.from}; it has ${one.to}${aspect === undefined ? '' : `, and joins repeated values with commas in ${aspect.in}`}`,
    };
  }
  return undefined;
}

/** With payload format 2.0, the context of an authorizer's function is one level deeper (docs/aws §4.3). */
/** Code that reads a member `lambda`: `.lambda`, `['lambda']`, `.get('lambda')` or `{ lambda } = …`. */
const READS_INNER = /(?:\.|\[\s*['"]|\.get\(\s*['"])lambda\b|\{\s*(?:[\w$]+\s*,\s*)*lambda\s*[,:=}]/;

function findInContext(
  names: readonly string[],
  event: UnknownMembers,
  { form, source }: Pick<Asked, 'form' | 'source'>,
): Replaced | undefined {
  const [first, second, name = ''] = names;
  if (first !== 'requestContext' || second !== 'authorizer' || !PAYLOAD_2.test(form)) return undefined;
  const authorizer = membersOf(membersOf(event['requestContext'])['authorizer']);
  if (Object.hasOwn(authorizer, name) || !Object.hasOwn(membersOf(authorizer['lambda']), name))
    return undefined;
  // Code that also reads the inner member handles both kinds of events.
  if (READS_INNER.test(source.text)) return undefined;
  return {
    to: `requestContext.authorizer.lambda.${name}`,
    rest: names.slice(3),
    because: `in events of ${OF_2}, the context that an authorizer’s function returns is in requestContext.authorizer.lambda`,
  };
}

/**
 * Payload format 2.0 has the names of headers in lower case; other formats have the names as the client sent
 * them (docs/aws §2.9).
 */
function findHeader(
  names: readonly string[],
  event: UnknownMembers,
  { form, source }: Pick<Asked, 'form' | 'source'>,
): Replaced | undefined {
  const [first, name = ''] = names;
  const headers = membersOf(event['headers']);
  if (first !== 'headers' || Object.hasOwn(headers, name)) return undefined;
  const given = Object.keys(headers).find((one) => one.toLowerCase() === name.toLowerCase());
  if (given === undefined || source.text.includes(given)) return undefined;
  return {
    to: `headers.${given}`,
    rest: names.slice(2),
    because: PAYLOAD_2.test(form)
      ? `the names of headers are in lower case in events of ${OF_2}`
      : `the names of headers are case-sensitive in the event, which has this header as ${given}`,
  };
}

/** The body is text, whatever its Content-Type is. */
function findInText(names: readonly string[], event: UnknownMembers): Replaced | undefined {
  const [first, second] = names;
  if (first !== 'body' || second === undefined || OF_TEXT.test(second)) return undefined;
  if (typeof event['body'] !== 'string' || event['isBase64Encoded'] === true) return undefined;
  return { to: 'body', rest: names.slice(1), because: 'event.body is text, which has no members' };
}

/**
 * Matches code that reads the body. Such code is not reported, because it may also get events from callers
 * that send the fields directly.
 */
export const READS_BODY =
  /\b(?:event|evt)(?:\??\.body\b|(?:\?\.)?\[\s*['"]body\b|\.get\(\s*['"]body\b)|\bbody\b[^{}]*\}\s*=\s*(?:event|evt)\b/;

/** A proxy gets the request: the fields of a posted JSON are not members of its event (docs/aws §3.1). */
function findInBody(
  names: readonly string[],
  event: UnknownMembers,
  { form, source }: Pick<Asked, 'form' | 'source'>,
): Replaced | undefined {
  const [first = ''] = names;
  const { body } = event;
  if (!(PAYLOAD_1.test(form) || PAYLOAD_2.test(form) || form === 'websocket')) return undefined;
  if (Object.hasOwn(event, first) || typeof body !== 'string' || event['isBase64Encoded'] === true)
    return undefined;
  if (!Object.hasOwn(asJsonObject(parseJson(body)) ?? {}, first) || READS_BODY.test(source.text))
    return undefined;
  return {
    to: 'body',
    rest: names,
    because: `the event has no ${first}: it is a field of the request’s JSON, which is text in event.body`,
  };
}

/** What the event of $connect takes from the handshake. */
const OF_HANDSHAKE = /^(?:headers|multiValueHeaders|queryStringParameters|multiValueQueryStringParameters)$/;

/** The event of a message has what the client sent in the message, and not the handshake (docs/aws §11.2). */
function findOfConnect([first = '']: readonly string[], event: UnknownMembers): string | undefined {
  const { eventType } = membersOf(event['requestContext']);
  if (eventType !== 'MESSAGE' || !OF_HANDSHAKE.test(first) || Object.hasOwn(event, first)) return undefined;
  return `only the event of $connect has ${first}: a message has no ${/headers$/i.test(first) ? 'headers' : 'query string'} of its own, and its event does not repeat those of the handshake`;
}

function findAbsent(
  names: readonly string[],
  event: UnknownMembers,
  isPython: boolean,
): Pick<Misread, 'instead' | 'because'> | undefined {
  const [first = '', second] = names;
  const value = event[first];
  if (!OPTIONAL.includes(first) || (value !== null && value !== undefined)) return undefined;
  const [whole, part] = isPython
    ? [`(event.get('${first}') or {})`, second === undefined ? '' : `.get('${second}')`]
    : [`(event.${first} ?? {})`, second === undefined ? '' : `.${second}`];
  return {
    instead: `${whole}${part}`,
    because: `the event has ${value === null ? `${first}: null` : `no ${first}`}, because the request has none`,
  };
}

/** A stage variable comes with the event, not in the environment (docs/aws §3.1). */
function findVariable(line: string, { environment, stageVariables = [], source }: Asked): Found | undefined {
  if (environment === undefined) return undefined;
  for (const [written, dotted, quoted] of line.matchAll(
    /\b(?:process\.env(?:\.(\w+)|\[['"](\w+)['"]\])|os\.(?:environ(?:\.get\(|\[)|getenv\()['"](\w+)['"][\])]?)/g,
  )) {
    const name = dotted ?? quoted ?? /['"](\w+)['"]/.exec(written)?.[1] ?? '';
    if (!stageVariables.includes(name) || environment.includes(name)) continue;
    const instead = write(`stageVariables.${name}`, [], isPythonCode(source));
    if (mentions(source.text, `stageVariables.${name}`)) continue;
    return {
      written,
      instead,
      because: `${name} is a variable of the stage, which the function gets in its event; its environment has only the variables of the function`,
      isElsewhere: true,
    };
  }
  return undefined;
}

export function valueAt(event: UnknownMembers, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => membersOf(value)[name], event);
}

/** What stands between two names of a path in code: `.`, `?.`, `['`, `']['` or `'].`. */
const BETWEEN = String.raw`(?:\??\.|\??\.?\[['"]|['"]\]\[['"]|['"]\]\.)`;

function mentions(text: string, path: string): boolean {
  return new RegExp(`\\b${path.split('.').join(BETWEEN)}\\b`).test(text);
}

/**
 * Returns the code without the expressions that read this path, because their parts look like expressions that read
 * other members.
 */
function withoutReads(text: string, path: readonly string[]): string {
  const reads = new RegExp(`\\b${path.join(BETWEEN)}\\b`, 'g');
  return text.split('\n', MOST_LINES).map(withMembers).join('\n').replaceAll(reads, '');
}

function readsOfEvent(text: string, name: string): boolean {
  const direct = String.raw`\b(?:event|evt)(?:\??\.|(?:\?\.)?\[\s*['"]|\.get\(\s*['"])${name}\b`;
  const destructured = String.raw`\{[^{}]*\b${name}\b[^{}]*\}\s*=\s*[^;\n]*\b(?:event|evt)\s*(?:;|$)`;
  return new RegExp(`${direct}|${destructured}`, 'm').test(text);
}

function write(path: string, rest: readonly string[], isPython: boolean): string {
  if (path === 'body')
    return isPython
      ? `json.loads(event['body'])${rest.map((name) => `['${name}']`).join('')}`
      : `JSON.parse(event.body)${rest.map((name) => `.${name}`).join('')}`;
  // Repeated parameters are separate only in the query itself.
  if (path === 'rawQueryString') {
    const [name] = rest;
    return isPython
      ? `urllib.parse.parse_qs(event['rawQueryString'])${name === undefined ? '' : `['${name}']`}`
      : `new URLSearchParams(event.rawQueryString)${name === undefined ? '' : `.getAll('${name}')`}`;
  }
  const names = [...path.split('.'), ...rest];
  return isPython
    ? `event${names.map((name) => `['${name}']`).join('')}`
    : `event${names.map((name) => (/^[\w$]+$/.test(name) ? `.${name}` : `['${name}']`)).join('')}`;
}
