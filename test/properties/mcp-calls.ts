/**
 * What an MCP server runs behind the wrapper. The servers of the oracle read a body in the ways in which libraries do:
 * members in another case, names trimmed or folded, URIs decoded and resolved as paths. The oracle has a table of names
 * for the rights of a role, and no pattern.
 */
import { mcpGrantsOf } from '#shared/access/decide/mcp-rules.ts';
import { MCP_GRANTS, printMcpGrants } from '#shared/mcp/grants.ts';
import { withMcp } from '#shared/middleware/mcp.ts';
import { aDocument, aPrincipal } from '../support/an-access-document.ts';
import { pickFrom } from '../support/pick.ts';
import type { Pick } from '../support/pick.ts';
import { count } from './promises.ts';
import type { DrawnPromise, Tally } from './promises.ts';

const MESSAGES = 120;
const NOW_EPOCH_MS = Date.UTC(2026, 10, 26);

const RULES = [
  {
    id: 'read',
    effect: 'allow',
    tools: ['get_*', 'list_orders'],
    prompts: ['sum*'],
    resources: ['docs://pub/**'],
  },
  {
    id: 'secret',
    effect: 'deny',
    tools: ['get_secret'],
    resources: ['docs://pub/hidden/**', 'docs://pub/keys'],
  },
  {
    id: 'refund',
    effect: 'allow',
    tools: ['refund'],
    resources: ['docs://team/*'],
    methods: ['tasks/get'],
    when: { roles: { any: ['admin'] } },
  },
  { id: 'guests', effect: 'deny', tools: ['list_orders'], when: { roles: { any: ['guest'] } } },
];

/** The tools that each role may use, written by hand from the rules. */
const TOOLS: Readonly<Record<string, readonly string[]>> = {
  reader: ['get_order', 'get_user', 'list_orders'],
  guest: ['get_order', 'get_user'],
  admin: ['get_order', 'get_user', 'list_orders', 'refund'],
};
const RESOURCES: Readonly<Record<string, readonly string[]>> = {
  reader: ['docs://pub/a', 'docs://pub/a/b'],
  guest: ['docs://pub/a', 'docs://pub/a/b'],
  admin: ['docs://pub/a', 'docs://pub/a/b', 'docs://team/1'],
};
const ALL_TOOLS = ['get_order', 'get_user', 'get_secret', 'list_orders', 'refund', 'reset'];
const ALL_RESOURCES = [
  'docs://pub/a',
  'docs://pub/a/b',
  'docs://pub/hidden/x',
  'docs://pub/keys',
  'docs://team/1',
  'docs://team/1/x',
  'docs://private/a',
  'docs://private/a/b',
];
const PROMPTS = ['summary', 'other'];
const METHODS = ['tasks/get', 'tasks/cancel', 'logging/setLevel', 'x/y'];

const DOCUMENT = aDocument(
  {
    roles: { reader: {}, guest: {}, admin: {} },
    mcp: { path: '/mcp', rules: RULES },
  },
  ['POST /mcp'],
);

type Run = { readonly what: 'tool' | 'prompt' | 'resource' | 'method'; readonly name: string };

/** How a server may read a name or URI that it is given. */
const HABITS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toLowerCase(),
  (text) => text.trim(),
  (text) => text.normalize('NFKC'),
  (text) => text.replace(/\p{Cf}/gu, ''),
  (text) => (URL.canParse(text) ? new URL(text).href : text),
  (text) => decode(text),
  (text) => decode(decode(text)),
  (text) => resolve(text),
  (text) => resolve(decode(text)),
  (text) => resolve(decode(decode(text))).toLowerCase(),
  (text) => text.replace(/[?#].*$/s, ''),
  (text) => text.replaceAll('\\', '/'),
  (text) => resolve(text.replace(/;[^/]*/g, '')),
  (text) => resolve(text.normalize('NFKC')),
  (text) => (URL.canParse(text) ? hostAndPath(new URL(text)) : text),
];

/** Parses a URI as a server does that looks for its own scheme, and ignores user name and port. */
function hostAndPath({ protocol, hostname, pathname }: URL): string {
  return resolve(`${protocol}//${hostname}${pathname}`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** As `path.join(root, …)` would, with the host of the URI as the first folder. */
function resolve(uri: string): string {
  const [scheme = '', rest = ''] = uri.split('://');
  const kept: string[] = [];
  for (const part of rest.split('/'))
    if (part === '..') kept.pop();
    else if (part !== '.' && part !== '') kept.push(part);
  return `${scheme}://${kept.join('/')}`;
}

/** Finds a member as decoders without case do. */
function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const found = Object.entries(value).find(([key]) => key.normalize('NFKC').toLowerCase() === name);
  return found?.[1];
}

/** Everything that some server would run for this message. */
function runsOf(message: unknown): readonly Run[] {
  const method = member(message, 'method');
  const params = member(message, 'params');
  const texts = (value: unknown): readonly string[] =>
    typeof value === 'string' ? [...new Set(HABITS.map((habit) => habit(value)))] : [];
  const named = (what: Run['what'], known: readonly string[], value: unknown): readonly Run[] =>
    texts(value)
      .filter((text) => known.includes(text))
      .map((name) => ({ what, name }));
  return texts(method).flatMap((text) => {
    if (text === 'tools/call') return named('tool', ALL_TOOLS, member(params, 'name'));
    if (text === 'prompts/get') return named('prompt', PROMPTS, member(params, 'name'));
    if (text === 'resources/read' || text === 'resources/subscribe')
      return named('resource', ALL_RESOURCES, member(params, 'uri'));
    if (text === 'subscriptions/listen') {
      const uris = member(member(params, 'notifications'), 'resourcesubscriptions');
      return Array.isArray(uris) ? uris.flatMap((uri) => named('resource', ALL_RESOURCES, uri)) : [];
    }
    return METHODS.includes(text) ? [{ what: 'method' as const, name: text }] : [];
  });
}

function isList(message: unknown): boolean {
  const method = member(message, 'method');
  return typeof method === 'string' && HABITS.some((habit) => habit(method) === 'tools/list');
}

function isAllowed(role: string, { what, name }: Run): boolean {
  switch (what) {
    case 'tool':
      return TOOLS[role]?.includes(name) === true;
    case 'prompt':
      return name === 'summary';
    case 'resource':
      return RESOURCES[role]?.includes(name) === true;
    case 'method':
      return role === 'admin' && name === 'tasks/get';
  }
}

export const mcpCalls: DrawnPromise = {
  name: 'mcp-calls',
  says: 'an MCP server runs and lists exactly what the access document allows, however a message is written',
  few: 20,
  many: 8_400,
  meets: [
    'ran',
    'denied',
    'refused before it was decided',
    'plain and allowed',
    'a list',
    'a batch',
    'mirrored',
  ],
  check: tryMessages,
};

async function tryMessages(seed: number, tally: Tally): Promise<string | undefined> {
  const pick = pickFrom(seed);
  for (let index = 0; index < MESSAGES; index += 1) {
    const role = pick.one(['reader', 'guest', 'admin']);
    const broken = await trySent(role, drawSent(role, pick), tally);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

type Sent = {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A message as every client writes it; the oracle knows that the document allows it. */
  readonly isPlain: boolean;
};

async function trySent(role: string, sent: Sent, tally: Tally): Promise<string | undefined> {
  let ran: readonly Run[] | undefined;
  const server = (event: { body: string }): object => {
    const value = JSON.parse(event.body) as unknown;
    const messages = Array.isArray(value) ? value : [value];
    ran = messages.flatMap(runsOf);
    const answers = messages.map((message) => ({
      jsonrpc: '2.0',
      id: member(message, 'id'),
      result: isList(message) ? { tools: ALL_TOOLS.map((name) => ({ name })), cacheScope: 'public' } : {},
    }));
    return { statusCode: 200, body: JSON.stringify(Array.isArray(value) ? answers : answers[0]) };
  };
  const handler = withMcp(server as never, { document: DOCUMENT.name });
  const event = {
    httpMethod: 'POST',
    headers: sent.headers,
    body: sent.body,
    requestContext: contextOf(role),
  };
  const reply = (await handler(event)) as { statusCode: number; body: string };
  const facts = (): string => JSON.stringify({ role, ...sent, ran, reply });
  if (ran === undefined) {
    count(tally, reply.statusCode === 403 ? 'denied' : 'refused before it was decided');
    return sent.isPlain ? `closed although it is allowed: ${facts()}` : undefined;
  }
  count(tally, 'ran');
  if (sent.isPlain) count(tally, 'plain and allowed');
  if (Object.keys(sent.headers).length > 1) count(tally, 'mirrored');
  if (sent.body.trimStart().startsWith('[')) count(tally, 'a batch');
  const foreign = ran.find((run) => !isAllowed(role, run));
  if (foreign !== undefined) return `ran ${foreign.name}: ${facts()}`;
  if (!sent.body.includes('tools/list')) return undefined;
  count(tally, 'a list');
  const fault = listFault(role, reply.body);
  return fault && `${fault}: ${facts()}`;
}

function listFault(role: string, body: string): string | undefined {
  const value = JSON.parse(body) as unknown;
  for (const answer of Array.isArray(value) ? value : [value]) {
    const { tools, cacheScope } = member(answer, 'result') as {
      tools?: { name: string }[];
      cacheScope?: string;
    };
    if (tools === undefined) continue;
    if (cacheScope !== 'private') return 'a list is public';
    const names = tools.map(({ name }) => name);
    if (names.join() !== [...(TOOLS[role] ?? [])].toSorted().join()) return `listed ${names.join()}`;
  }
  return undefined;
}

const contexts = new Map<string, object>();

function contextOf(role: string): object {
  const known = contexts.get(role);
  if (known !== undefined) return known;
  const principal = aPrincipal({ roles: new Set([role]) });
  const at = { nowEpochSeconds: NOW_EPOCH_MS / 1000, isInNetwork: () => undefined };
  const grants = mcpGrantsOf(DOCUMENT, principal, at);
  if (grants === undefined) throw new Error('the document has no rules under mcp');
  const authorizer = { sub: 'ann', [MCP_GRANTS]: printMcpGrants(grants, 2_048) };
  const made = { requestTimeEpoch: NOW_EPOCH_MS, authorizer };
  contexts.set(role, made);
  return made;
}

function drawSent(role: string, pick: Pick): Sent {
  if (pick.chance(0.25)) return drawPlain(role, pick);
  const messages = Array.from({ length: pick.chance(0.2) ? 1 + pick.upTo(2) : 1 }, (_, place) => {
    const id = pick.chance(0.2) ? 0 : place;
    return drawMessage(pick.chance(0.1) ? String(id) : id, pick);
  });
  const texts = messages.map((message) => disturb(JSON.stringify(message), pick));
  const body = messages.length > 1 || pick.chance(0.05) ? `[${texts.join(',')}]` : (texts[0] ?? '');
  return { body, headers: drawHeaders(messages[0] ?? {}, pick), isPlain: false };
}

function drawPlain(role: string, pick: Pick): Sent {
  const id = pick.upTo(9);
  const tool = pick.one(TOOLS[role] ?? []);
  const uri = pick.one(RESOURCES[role] ?? []);
  const [method, params, name] = pick.one<[string, object, string?]>([
    ['tools/call', { name: tool, arguments: { id: '7' } }, tool],
    ['prompts/get', { name: 'summary' }, 'summary'],
    ['resources/read', { uri }, uri],
    ['resources/subscribe', { uri }],
    ['tools/list', {}],
    ['initialize', { protocolVersion: '2025-11-25' }],
  ]);
  if (pick.chance(0.5) || method === 'initialize' || method === 'resources/subscribe')
    return {
      body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
      headers: { 'content-type': 'application/json' },
      isPlain: true,
    };
  const version = '2026-07-28';
  return {
    body: JSON.stringify({
      jsonrpc: '2.0',
      id,
      method,
      params: { ...params, _meta: { 'io.modelcontextprotocol/protocolVersion': version } },
    }),
    headers: {
      'content-type': 'application/json',
      'MCP-Protocol-Version': version,
      'Mcp-Method': method,
      ...(name !== undefined && { 'Mcp-Name': name }),
    },
    isPlain: true,
  };
}

function drawMessage(id: number | string, pick: Pick): Record<string, unknown> {
  const tool = disguise(pick.one(ALL_TOOLS), pick);
  const uri = disguiseUri(pick.one(ALL_RESOURCES), pick);
  const [method, params] = pick.one<[string, unknown]>([
    ['tools/call', { name: tool }],
    ['tools/call', { name: tool, arguments: { name: 'get_order' } }],
    ['prompts/get', { name: pick.one(PROMPTS) }],
    ['resources/read', { uri }],
    ['resources/subscribe', { uri }],
    [
      'subscriptions/listen',
      { notifications: { resourceSubscriptions: [pick.one(RESOURCES['reader'] ?? []), uri] } },
    ],
    ['tools/list', {}],
    [pick.one(METHODS), {}],
    ['tools/call', [tool]],
    ['tools/call', { name: [tool] }],
  ]);
  const sent = pick.chance(0.1) ? disguise(method, pick) : method;
  return { jsonrpc: '2.0', ...(pick.chance(0.9) && { id }), method: sent, params };
}

function disguise(text: string, pick: Pick): string {
  const at = pick.upTo(text.length);
  return pick.one([
    text,
    text,
    text,
    text.toUpperCase(),
    `${text} `,
    ` ${text}`,
    `${text}\u0000`,
    `${text.slice(0, at)}\u200b${text.slice(at)}`,
    text.replace('s', '\uff53'),
    text.replace('s', '\u017f'),
    `${text}%00`,
    `${text}\n`,
  ]);
}

function disguiseUri(uri: string, pick: Pick): string {
  const at = 7 + pick.upTo(uri.length - 7);
  const escape = (text: string): string =>
    text
      .split('')
      .map((character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
      .join('');
  return pick.one([
    uri,
    uri,
    uri.toUpperCase(),
    uri.replace('docs', 'DOCS'),
    `${uri.slice(0, at)}${escape(uri.slice(at, at + 1))}${uri.slice(at + 1)}`,
    `${uri.slice(0, at)}${escape(escape(uri.slice(at, at + 1)))}${uri.slice(at + 1)}`,
    uri.replace('docs://', 'docs://pub/../'),
    uri.replace('docs://', 'docs://pub/%2e%2e/'),
    uri.replace('docs://', 'docs://pub/..%2f'),
    uri.replace('docs://', 'docs://pub/%252e%252e/'),
    uri.replace('docs://', 'docs://pub/a/../'),
    uri.replace('docs://', 'docs://pub\\..\\'),
    uri.replaceAll('/', '%2f'),
    `${uri}?x=1`,
    `${uri}#x`,
    `docs://pub/a?/../../${uri.slice(7)}`,
    uri.replace('://', ':///'),
    uri.replace('://', ':'),
    uri.replace('://', '://ann@'),
    uri.replace('docs://pub', 'docs://pub:99'),
    `${uri};v=1`,
    `${uri}//`,
    uri.replace('k', '%%36b'),
    uri.replace('docs://', 'docs://pub/..;/'),
    uri.replace('docs://', 'docs://pub/\u2025/'),
    `${uri}/.`,
    `${uri} `,
    uri.replace('/a', '/./a'),
  ]);
}

/** Rewrites the text of a message in ways that parsers read differently. */
function disturb(text: string, pick: Pick): string {
  const tool = pick.one(ALL_TOOLS);
  return pick.one([
    ...Array.from({ length: 8 }, () => text),
    text.replace('"params":{', `"params":{"name":${JSON.stringify(tool)},`),
    text.replace(/\}\}$/, `,"name":${JSON.stringify(tool)}}}`),
    text.replace(/\}$/, `,"method":"tools/call"}`),
    text.replace('"name"', String.raw`"n\u0061me"`),
    text.replace('"name"', '"Name"'),
    text.replace('"method"', '"METHOD"'),
    text.replace('"params"', '"param\u017f"'),
    text.replace('"resourceSubscriptions"', '"resourceSubscriptions":[],"ResourceSubscriptions"'),
    text.replace('"notifications":', '"notifications":{},"NOTIFICATIONS":'),
    text.replace(/\}$/, `,"Params":{"name":${JSON.stringify(tool)}}}`),
    `\ufeff${text}`,
    `  ${text}  `,
  ]);
}

function drawHeaders(message: Record<string, unknown>, pick: Pick): Record<string, string> {
  const type = { 'content-type': pick.chance(0.97) ? 'application/json' : 'text/plain' };
  if (pick.chance(0.6)) return type;
  return {
    ...type,
    'MCP-Protocol-Version': pick.one(['2026-07-28', '2025-11-25', '2025-03-26', 'x']),
    ...(pick.chance(0.7) && {
      'Mcp-Method': pick.one([String(message['method']), 'tools/list']).replace(/[^ -~]/g, ''),
    }),
    ...(pick.chance(0.5) && { 'Mcp-Name': pick.one(ALL_TOOLS) }),
  };
}
