/**
 * Finds code that reads the claims of a Cognito or JWT authorizer. Behind a Lambda authorizer, such claims do
 * not exist. For example, `C#${claims.sub}` would then be the same customer for all callers. The search compares text.
 * Users can acknowledge a false match in a comment, or by `claimsChecked` in gatewright.yml.
 */

type ClaimRead = {
  readonly line: number;
  /** The expression that the code reads, such as `authorizer.claims`. */
  readonly what: string;
};

/**
 * Matches a fallback for a missing authorizer, such as `|| {}`, or a cast, such as `as { jwt: { claims: Claims } }`.
 */
const IN_BRACES = String.raw`(?:\|\||\?\?|\bas)\s*\{(?:[^{}\n]|\{[^{}\n]{0,120}\}){0,160}\}`;
/** Matches the member `claims` or `jwt` after a dot, a bracket or `.get(`. */
const MEMBER = String.raw`(?:\.\s*|\[\s*['"${'`'}]|\(\s*['"])(claims|jwt)\b`;
/** Matches the content of a destructuring pattern, which may contain nested patterns and defaults. */
const PATTERN = String.raw`(?:[^{};]|\{[^{};]{0,120}\}){0,200}`;
const TYPE = String.raw`(?:\s*:\s*[^={};\n]{0,80}(?:\{[^{};]{0,120}\})?)?`;

const READS = [
  // Matches event.requestContext.authorizer?.jwt!.claims, authorizer['claims'], (authorizer || {}).claims,
  // .get('claims')
  new RegExp(String.raw`\bauthorizer\b(?:[^;={}\n]|${IN_BRACES}){0,60}?${MEMBER}`, 'g'),
  // Matches …requestContext.authorizer at the end of a line if .claims is on the next line.
  /\bauthorizer\b\s*[!?)]*\s*\.\s*(claims|jwt)\b/g,
  // Matches const { requestContext: { authorizer: { claims } } } = event
  /\bauthorizer\s*:\s*\{[^}=;]{0,200}?\b(claims|jwt)\b/g,
  takenFrom(String.raw`[^;\n]{0,120}\bauthorizer`),
];
/** Matches `const { claims } = event.requestContext.authorizer` and `const { jwt: { claims } = {} } = …`. */
function takenFrom(source: string): RegExp {
  return new RegExp(String.raw`\{${PATTERN}?\b(claims|jwt)\b${PATTERN}\}${TYPE}\s*=\s*${source}\b`, 'g');
}

const CHAIN = String.raw`\(*(?:\w+\s+as\s+[\w.]+\s*\))?(?:[\w$?!'"[\]]|\s{0,40}\.){1,120}?\bauthorizer\b['"\]!)]*`;
const ELSE = String.raw`(?:\s+as\s+[^;\n{}]{1,80}?)?\)*(?:\s*(?:\|\||\?\?)\s*(?:\{\s*\}|\w+))?\)*`;
const NAMES = [
  // Matches const auth = event.requestContext.authorizer ?? {}; const auth = (event) => event.requestContext.authorizer
  new RegExp(
    String.raw`\b(\w+)\s*(?::[^=;{}\n]{1,80})?=\s*(?:\(?[\w$, :]{0,60}\)?\s*=>\s*)?${CHAIN}${ELSE}[ \t]*(?:[;,\n]|$)`,
    'g',
  ),
  // Matches const { authorizer: auth } = event.requestContext
  /\bauthorizer\s*:\s*(\w+)\s*(?:=\s*\{\s*\}\s*)?[,}]/g,
];
const ACKNOWLEDGED = /gatewright:\s*claims acknowledged/;

function readsOfNames(text: string): readonly RegExp[] {
  const names = new Set(NAMES.flatMap((pattern) => [...text.matchAll(pattern)].map(([, name = '']) => name)));
  if (names.size === 0) return [];
  const any = String.raw`(?<![\w$.])(?:${[...names].join('|')})`;
  return [
    new RegExp(
      String.raw`${any}\b(?:\([^()\n]{0,60}\))?(?:[\s!?)]|${IN_BRACES}){0,10}(?:\.get(?=\())?${MEMBER}`,
      'g',
    ),
    takenFrom(String.raw`\(?${any}`),
  ];
}

/**
 * Matches `claims` or `jwt` as a member in the rest of the statement, which may continue in lines that begin with a
 * dot: `.get("jwt", {})`, `getAuthorizer().getClaims()`, `.dig('authorizer', 'claims')`.
 */
const ELSEWHERE = String.raw`(?:[^;=\n{}]|\{\s*\}|[!=]=|\n(?=\s*[&?]?\.)){0,120}?(?:\.\s*(?:get)?|[[(,]\s*['":]+)(claims|jwt)\b`;
/** Matches `auth := request.RequestContext.Authorizer` and `auth = context.get("authorizer", {}) or {}`. */
const NAMES_ELSEWHERE =
  /\b(\w+)\s*:?=\s*[^\n;=]{0,160}?(?:\b|get)authorizer\b['"]?(?:[\])(?!]|,\s*\{\s*\}|\.\w+\(\)|\s+or\s+\{\s*\}){0,12}[ \t]*(?:[;\n]|$)/gi;

/**
 * Returns the patterns for languages other than JavaScript. They are deliberately wide, because a false match costs a
 * comment, but a missed match costs data.
 */
function readsElsewhere(text: string): readonly RegExp[] {
  const names = [...text.matchAll(NAMES_ELSEWHERE)].map(([, name = '']) => name);
  const any = [String.raw`(?:\b|get)authorizer`, ...[...new Set(names)].map((name) => String.raw`\b${name}`)];
  return [new RegExp(String.raw`(?:${any.join('|')})\b${ELSEWHERE}`, 'gi')];
}

/**
 * Returns each line that reads claims once, in the order of the text. A line is omitted if it, or the line before it,
 * has the comment `gatewright: claims acknowledged`.
 * @param file the file name, whose extension determines the language. A template with inline code counts as JavaScript
 */
export function findClaimReads(text: string, file = 'index.js'): readonly ClaimRead[] {
  const lines = text.split('\n');
  const other = withoutComments(text, file);
  const code = other ?? text;
  const patterns = other === undefined ? [...READS, ...readsOfNames(text)] : readsElsewhere(code);
  const found = new Map<number, ClaimRead>();
  for (const pattern of patterns)
    for (const match of code.matchAll(pattern)) {
      const [whole, name = ''] = match;
      const line = text.slice(0, match.index + whole.lastIndexOf(name)).split('\n').length;
      const isAcknowledged = [lines[line - 1], lines[line - 2]].some((near) => ACKNOWLEDGED.test(near ?? ''));
      const what = `authorizer.${name.toLowerCase()}`;
      if (!isAcknowledged && !found.has(line)) found.set(line, { line, what });
    }
  return [...found.values()].sort((a, b) => a.line - b.line);
}

/**
 * Returns the function or member that code in the language of this file should use instead. Inline code of a template
 * counts as JavaScript.
 */
function claimsReaderOf(file: string): string {
  if (file.endsWith('.py')) return 'claims_of(event) of the Python package gatewright';
  return /\.(?:rb|go|rs|java|kt|cs)$/.test(file)
    ? 'authorizer.sub (authorizer.lambda.sub in payload 2.0)'
    : 'claimsOf(event) of @gatewright/handlers/access';
}

/** Returns the advice that is printed after the file and the line of a match. */
export function describeClaimRead(what: string, route: string, file: string): string {
  return (
    `reads ${what}, which does not exist behind the authorizer of ${route}, so it would be undefined for every caller: read ` +
    `${claimsReaderOf(file)} instead (node_modules/gatewright/docs/guides/protect/coming-from.md); ` +
    `if this code is right, write "gatewright: claims acknowledged" in a comment in this file, or name the file under claimsChecked in gatewright.yml`
  );
}

/** Returns the finding for a function whose sources are not on this machine. */
export function describeUnreadCode(handler: string, route: string): string {
  return (
    `${handler} behind the authorizer of ${route} is compiled or bundled, so its source cannot be checked. Behind this authorizer, authorizer.claims and authorizer.jwt do not exist, and the function must not read them: ` +
    `look into its source, then name this path under claimsChecked in gatewright.yml`
  );
}

/**
 * Like `findClaimReads`, but for a mapping template or parameter. Returns each `authorizer.claims` once. The result is
 * empty if a comment in the text acknowledges the claims.
 */
export function findMappedClaims(text: string): readonly string[] {
  if (ACKNOWLEDGED.test(text)) return [];
  return [
    ...new Set([...text.matchAll(/\bcontext\.authorizer\.(claims|jwt)\b/g)].map(([, name = '']) => name)),
  ].map((name) => `authorizer.${name}`);
}

/** Returns the advice that is printed after the location of a match. */
export function describeMappedClaim(what: string, route: string): string {
  return (
    `the mapping reads $context.${what}, which does not exist behind the authorizer of ${route}, so it would be empty for every caller: let the access document pass each claim that the template needs ` +
    `(for example context: { email: { claim: email } }), and read it as $context.authorizer.email (node_modules/gatewright/docs/guides/protect/coming-from.md), or write "## gatewright: claims acknowledged" in the template`
  );
}

/**
 * Matches block comments and line comments as in C. Comments are replaced by spaces, so that positions in the text do
 * not change.
 */
const BLOCKS = String.raw`\/\*[^]*?(?:\*\/|$)|\/\/[^\n]*`;
const QUOTED = String.raw`"(?:\\.|[^"\\\n])*"`;
const APOSTROPHES = String.raw`'(?:\\.|[^'\\\n])*'`;
const CHARACTER = String.raw`'(?:\\.|[^'\\\n])'`;
const ANY_OF_THREE = String.raw`"""[^]*?"""|'''[^]*?'''`;

/**
 * For each file extension, an expression for comments. Its group matches comments. Everything else that it matches is a
 * string, because a string may look like a comment.
 */
const COMMENTS: Readonly<Record<string, RegExp>> = {
  // A string in three quotes counts as a comment unless it is a format string, because it is usually documentation.
  '.py': new RegExp(
    String.raw`[fF][rR]?(?:${ANY_OF_THREE})|(${ANY_OF_THREE})|${QUOTED}|${APOSTROPHES}|(#[^\n]*)`,
    'g',
  ),
  '.rb': new RegExp(
    String.raw`(^=begin\b[^]*?^=end\b)|${QUOTED}|${APOSTROPHES}|((?<![\w$?])#(?!\{)[^\n]*)`,
    'gm',
  ),
  '.go': new RegExp(`${QUOTED}|${CHARACTER}|\`[^\`]*\`|(${BLOCKS})`, 'g'),
  '.rs': new RegExp(`${QUOTED}|${CHARACTER}|(${BLOCKS})`, 'g'),
  '.java': new RegExp(`"""[^]*?"""|${QUOTED}|${CHARACTER}|(${BLOCKS})`, 'g'),
  '.kt': new RegExp(`"""[^]*?"""|${QUOTED}|${CHARACTER}|(${BLOCKS})`, 'g'),
  '.cs': new RegExp(`@"(?:""|[^"])*"|${QUOTED}|${CHARACTER}|(${BLOCKS})`, 'g'),
};

/**
 * Replaces the comments of a text with spaces. Returns undefined if this is not possible for the language. For example,
 * the regular expressions of JavaScript can look like comments.
 */
function withoutComments(text: string, file: string): string | undefined {
  const pattern = COMMENTS[/\.\w+$/.exec(file)?.[0] ?? ''];
  return pattern && text.replace(pattern, blank);
}

function blank(whole: string, ...groups: readonly unknown[]): string {
  const isComment = groups.slice(0, -2).some((group) => group !== undefined);
  return isComment ? whole.replace(/[^\n]/g, ' ') : whole;
}
