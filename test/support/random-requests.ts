/** Random APIs, as people build them, and requests to them, as clients and attackers write them. */
import type { Pick } from './pick.ts';

const NAMES = ['users', 'orders', 'search', 'items', 'admin', 'me', 'export'];
const VERBS = ['GET', 'POST', 'PUT', 'DELETE'];

/** Names that AWS accepts in a path part of a REST API, but that a server behind the API may read differently. */
const ODD_NAMES = [
  'admin::$x',
  'users.',
  'search..',
  '.',
  '..',
  'v1.2',
  'x::$y',
  'a:b',
  'a@b',
  'a,b',
  '$me',
  '+1',
  '~',
  '-',
  '_x.',
  '...',
];
/** Names that only the route keys of HTTP APIs may contain, which allow any character except white space and braces. */
const ODD_HTTP_NAMES = [
  ...ODD_NAMES,
  'a%20b',
  'o%2Fp',
  '%61dmin',
  'us%65rs',
  '%25',
  '%2e%2e',
  'a%',
  'a%zz',
  'é',
  'e\u0301',
  'ü%41',
  '日本',
  '\u{1f600}',
  'a;b',
  'admin;x',
  'a(b)',
  "it's",
  'a&b=c',
  'a#b',
  'a\\b',
  'a|b',
  '"a"',
];

/**
 * A tree of routes as people build it: a collection, one item, resources below the item, a special case with a name,
 * and sometimes a greedy route for everything else.
 */
export function randomRoutes(pick: Pick, kind: 'rest' | 'http'): readonly string[] {
  const paths: string[] = pick.chance(0.3) ? ['/'] : [];
  const grow = (parent: string, depth: number): void => {
    for (const usual of pick.some(NAMES, 1).slice(0, depth === 0 ? 4 : 2)) {
      const name = pick.chance(0.06) ? pick.one(kind === 'http' ? ODD_HTTP_NAMES : ODD_NAMES) : usual;
      const collection = `${parent}/${name}`;
      paths.push(collection);
      if (!pick.chance(0.7)) continue;
      paths.push(`${collection}/{id}`);
      if (pick.chance(0.3)) paths.push(`${collection}/${pick.one(NAMES)}`);
      if (depth < 2 && pick.chance(0.5)) grow(`${collection}/{id}`, depth + 1);
    }
    if (pick.chance(0.1)) paths.push(`${parent}/files/{proxy+}`);
    if (pick.chance(0.05)) paths.push(`${parent}/{id}`);
  };
  grow('', 0);
  const routes = [...new Set(paths)].flatMap((path) =>
    pick.chance(0.1) ? [`ANY ${path}`] : pick.some(VERBS, 1).map((verb) => `${verb} ${path}`),
  );
  return kind === 'http' && pick.chance(0.1) ? [...routes, 'ANY $default'] : routes;
}

const ORDINARY = [
  '17',
  'u-1',
  'u-2',
  't-1',
  'a%40b.example',
  'x.y_z~',
  'auth0%7C7',
  'v1.2',
  'a..b',
  '..a',
  '.well-known',
];
const ODD = [
  // Windows drops dots at the end of a name.
  'b..',
  '...',
  '.a.',
  'search',
  'users',
  'me',
  '*',
  '%73earch',
  'a%2Fb',
  'a%2fb',
  '',
  '%61dmin',
  '..',
  '.',
  '%2e%2e',
  '.%2E',
  '%252e%252e',
  '..;x',
  '.;',
  '..%2f',
  '..%5cx',
  '%2f..',
  'x%2F..%2f..',
  '%5c..',
  'x/..',
  '../..',
  '../../u-2',
  '%2e%2e/u-2',
  '..;/u-2',
  '../search',
  './admin',
  '..%2f..%2fadmin',
  'x\\..',
  'u-1;x',
  'search;x',
  'me%3Bx',
  ';',
  '%3b',
  '%2F',
  '%2573earch',
  '.%%32E',
  '%2%65.',
  '%%373earch',
  '%25',
  'a%2520b',
  '%u',
  'é%FF',
  '${x}',
  'search%20',
  'users%00',
  'me%00.png',
  'admin%09',
  'admin%0a',
  'search%3fx',
  'users%23x',
  '%20me',
  '..%20/admin',
  '..%00/u-2',
  '%c0%ae%c0%ae/u-2',
  '%C0%AE./search',
  '%e0%80%ae%E0%80%ae/admin',
  '%c1%a1dmin',
  '%u0061dmin',
  '%u002e%u002e/u-2',
  'a%20%20b',
  '#',
  '#x',
  'search#x',
  'a b',
  'é',
  '|',
  '"x"',
  'x::$DATA',
  '%23',
  'e%CC%81',
];
/** Strings that some servers drop, or regard as the end of a path. */
const ENDS = [
  '%20',
  '%00',
  '%00x',
  '%09',
  '%0a',
  '%0D',
  '%3f',
  '%3Fx',
  '%23x',
  '%20/',
  '/%20',
  '.',
  './',
  '%C2%A0',
  '%c2%a0/',
  '/%C2%A0',
  '::$DATA',
  '%3A:%24DATA',
  '#',
  '#x',
  '/#',
  '%3b',
  ';x',
];

/** `isNamed` means that every name of the route is sent as it is, and that every parameter has an ordinary value. */
export type RandomRequest = {
  readonly isNamed: boolean;
  readonly method: string;
  readonly path: string;
  readonly isOrdinary: boolean;
};

export function randomRequest(pick: Pick, routes: readonly string[]): RandomRequest {
  const [verb = '', template = ''] = pick.one(routes).split(' ');
  const method = verb === 'ANY' ? pick.one(VERBS) : verb;
  let isOrdinary = true;
  let isNamed = true;
  const fill = (): string => {
    if (pick.chance(0.7)) {
      const value = pick.one(ORDINARY);
      isOrdinary &&= !meetsName(value, routes);
      isNamed &&= !meetsName(value, routes);
      return value;
    }
    isOrdinary = false;
    isNamed = false;
    // Attacks send names of routes where the route expects ids.
    if (pick.chance(0.5)) return pick.one(ODD);
    const name = pick.one(NAMES);
    return pick.chance(0.5) ? name : escapeOne(name, pick.upTo(name.length - 1));
  };
  const spell = (name: string): string => {
    const spelling = spellName(pick, name);
    isOrdinary &&= spelling.isOrdinary;
    // A request is not routed by a name with an escape.
    isNamed &&= !name.includes('%') && (spelling.text === name || spelling.isOrdinary);
    return spelling.text;
  };
  let path = template
    .split('/')
    .map((part) => (/^\{|^\$default$/.test(part) ? part : spell(part)))
    .join('/')
    .replace('$default', () => `/${fill()}/${fill()}`)
    .replace(/\{[^}]*\+\}/g, () => (pick.chance(0.5) ? fill() : `${fill()}/${fill()}`))
    .replace(/\{[^}]*\}/g, fill);
  if (pick.chance(0.15)) {
    isOrdinary = false;
    isNamed = false;
    path = pick.one([
      `${path}/`,
      `${path}//`,
      ...ENDS.map((end) => `${path}${end}`),
      path.replace(
        /(.)\/([^/]*)$/,
        (_, before: string, last: string) => `${before}${pick.one(ENDS)}/${last}`,
      ),
      ...['..%20', '..%00', '%c0%ae%c0%ae'].map((dots) => `${path}/${dots}/${pick.one(NAMES)}`),
      path.replace('/', '//'),
      escapeOne(path, 1 + pick.upTo(path.length - 2)),
      `${path}/${pick.one(NAMES)}`,
      path.replace(/(.)\/([^/]*)$/, '$1%2F$2'),
      ...['..', '.', '%2e%2e', '%252e%252e', '..;x'].map((dots) => `${path}/${dots}/${pick.one(NAMES)}`),
      path.replace(/\/[^/]*$/, (last) => `/x/${pick.one(['..', '%2E%2e', '..;'])}${last}`),
      `${path}/..`,
      `/.${path}`,
    ]);
  }
  return { method, path, isOrdinary, isNamed };
}

/**
 * Clients escape characters that no URL may contain, with capital hexadecimal digits. Servers differ in how they read
 * dots and `;` in a name.
 */
function spellName(pick: Pick, name: string): { readonly text: string; readonly isOrdinary: boolean } {
  const isSent = /^[\w~!$&'()*+,;=:@.-]*$/.test(name);
  const isOrdinary = !/[%#"\\|;]|\.$|:\$/.test(name);
  if (isSent && pick.chance(0.9)) return { text: name, isOrdinary };
  const encoded = encodeURIComponent(name);
  if (!isSent && pick.chance(0.1)) return { text: name, isOrdinary: false };
  return pick.chance(0.9)
    ? { text: encoded, isOrdinary: isOrdinary && !isSent }
    : { text: encoded.replace(/%../g, (byte) => byte.toLowerCase()), isOrdinary: false };
}

/**
 * Whether the value is the name of a route, or contains an escape of a character of one. Next to a wildcard, policies
 * deny both: an id `search` reaches the route with that name, and an id `a%40b` may spell the name `x@y` of a closed
 * route (`escapesOf`). Names of routes seldom contain characters that clients escape.
 */
function meetsName(value: string, routes: readonly string[]): boolean {
  if (
    routes.some((route) =>
      route
        .slice(route.indexOf(' ') + 1)
        .split('/')
        .includes(value),
    )
  )
    return true;
  const bytes = new Set(
    routes.flatMap((route) => [...Buffer.from(route.replace(/\{[^}]*\}/g, '').replace(/[\w/ .-]/g, ''))]),
  );
  const template = /%([0-9A-Fa-f]{2})/g;
  return [...value.matchAll(template)].some(([, hex = '']) => bytes.has(parseInt(hex, 16)));
}

/** Percent-encodes one character, although no client percent-encodes a letter. */
function escapeOne(text: string, at: number): string {
  const code = text.charCodeAt(at);
  return Number.isNaN(code) ? text : `${text.slice(0, at)}%${code.toString(16)}${text.slice(at + 1)}`;
}
