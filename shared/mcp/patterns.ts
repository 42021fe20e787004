/**
 * Compares tools, prompts and URIs with the patterns of rules. `*` matches any characters of a name, and any characters
 * of one segment of a URI. `**` at the end of a URI matches everything below.
 *
 * An allow rule matches exactly. A deny rule also matches the same name in another letter case or another Unicode form,
 * because a server may treat these names as equal.
 */
import { compilePieces } from '@gatewright/aws/glob';
import { decodePercent } from '@gatewright/aws/percent-encoding';
import { foldText } from './fold-text.ts';
import type { McpSubject } from './methods.ts';
import { formOfPattern, formsOfUri } from './uri-forms.ts';

/** Maximum length of a name or URI that is compared. Longer ones are denied. */
const LENGTH_LIMIT = 2_048;
/** A URI that is still encoded after this many decodings is denied. */
const DECODINGS_LIMIT = 3;

export type McpEffect = 'allow' | 'deny';

/**
 * Whether an allow rule with these patterns grants the name or URI, or a deny rule denies it. A name that no server
 * should accept (a URI with `..` behind an escape, half of a surrogate pair) is never granted, and always denied.
 */
export function matchesSubject(
  subject: McpSubject,
  patterns: readonly string[],
  text: string,
  effect: McpEffect,
): boolean {
  if (text.length > LENGTH_LIMIT || isOdd(text)) return effect === 'deny';
  if (subject !== 'resources') return matchesAny(patterns, text, effect, matchesName);
  const readings = readingsOfUri(text);
  if (readings === undefined) return effect === 'deny';
  const { allowing, denying } = canonicalOf(patterns);
  if (effect === 'allow')
    return readings.every((reading) => matchesAny(allowing, reading, effect, matchesUri));
  return readings
    .flatMap((reading) => [reading, ...formsOfUri(reading)])
    .some((form) => matchesAny(denying, form, effect, matchesUri));
}

type CanonicalPatterns = { readonly allowing: readonly string[]; readonly denying: readonly string[] };

/** Results by list of patterns, because a message may name a thousand resources, and each is compared with one list. */
const canonicalLists = new WeakMap<readonly string[], CanonicalPatterns>();

function canonicalOf(patterns: readonly string[]): CanonicalPatterns {
  const known = canonicalLists.get(patterns);
  if (known !== undefined) return known;
  const allowing = patterns.map(canonicalPattern);
  const made = { allowing, denying: [...new Set([...allowing, ...allowing.map(formOfPattern)])] };
  canonicalLists.set(patterns, made);
  return made;
}

/**
 * Whether the pattern of a rule for resources can match a URI. A deny rule whose pattern matches nothing would only
 * seem to protect something. For example, `*` alone matches no URI with slashes, and `internal/**` matches no URI at
 * all.
 */
export function isUriPattern(pattern: string): boolean {
  if (pattern === '**') return true;
  // `%2a` would be decoded to a wildcard.
  if (/%2a/i.test(pattern)) return false;
  const samples = [pattern.replaceAll('*', 'x'), pattern.replaceAll('*', '1')];
  return samples.some((sample) => matchesSubject('resources', [pattern], sample, 'allow'));
}

/**
 * Whether a URI that the template produces may match one of the patterns. It errs on the side of yes, because a
 * template in a list opens nothing, and because a completion must be denied if any URI of the template is denied.
 */
export function mayMatchTemplate(patterns: readonly string[], template: string): boolean {
  const start = foldText(decodeOnce(template.split('{', 1)[0] ?? ''));
  return patterns.some((pattern) => {
    const literal = foldText(canonicalPattern(pattern).split('*', 1)[0] ?? '');
    return start.startsWith(literal) || literal.startsWith(start);
  });
}

/**
 * Returns a URI that the template produces (RFC 6570). Its values are words that no rule names, so that only a wildcard
 * matches them.
 */
export function sampleOfTemplate(template: string): string {
  return template.replace(/\{([+#./;?&]?)[^{}]*\}/g, (_, operator: string) => {
    if (operator === '?' || operator === '&' || operator === ';') return '';
    const value = operator === '' || operator === '.' ? ANY_VALUE : `${ANY_VALUE}/${ANY_VALUE}`;
    return operator === '+' ? value : `${operator}${value}`;
  });
}

const ANY_VALUE = '0-any-value-0';

/**
 * Returns the forms in which a server may read the URI: with its escapes decoded, and with escaped delimiters decoded
 * as well. Returns undefined if servers read the URI too differently to decide: it is not a URL, or it contains a
 * backslash, a control character, or dot segments that climb above the root or that an escape hides.
 */
export function readingsOfUri(uri: string): readonly string[] | undefined {
  if (isOdd(uri) || !URL.canParse(uri)) return undefined;
  const decoded = decodeOnce(uri);
  const plain = resolveDots(lowerOrigin(decoded));
  if (plain === undefined || isOdd(plain) || hasHiddenStructure(decoded)) return undefined;
  const whole = decodeFully(uri);
  if (whole === undefined || hasHiddenStructure(whole)) return undefined;
  if (whole === decoded) return [plain];
  const other = lowerOrigin(whole);
  return isOdd(other) || resolveDots(other) !== other ? undefined : [plain, other];
}

/** Matches what `decodeOnce` keeps: the escapes of `/`, `?`, `#`, `%` and the backslash, which change the structure. */
const STRUCTURAL = /%(?:2[fF35]|3[fF]|5[cC])/;

/**
 * Whether a server finds a slash, an escape or a dot segment only after it has removed the parameters of a segment
 * (`..;x`), or brought the text into another Unicode form (`\u2025` becomes `..`).
 */
function hasHiddenStructure(text: string): boolean {
  if (/(?:^|\/)\.\.?;/.test(text)) return true;
  const count = (form: string): number =>
    form.match(/[/\\]|%[0-9A-Fa-f]{2}|(?<=^|\/)\.\.?(?=$|[/?#])/g)?.length ?? 0;
  return count(text.normalize('NFKC')) !== count(text);
}

function decodeOnce(uri: string): string {
  return uri.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) =>
    run
      .split(/(%(?:2[fF35]|3[fF]|5[cC]))/)
      .map((part) => (STRUCTURAL.test(part) ? part.toUpperCase() : decodePercent(part)))
      .join(''),
  );
}

function decodeFully(uri: string): string | undefined {
  let text = uri;
  for (let times = 0; times < DECODINGS_LIMIT; times += 1) {
    const next = decodePercent(text);
    if (next === text) return text;
    text = next;
  }
  return decodePercent(text) === text ? text : undefined;
}

/**
 * Whether the text contains what servers drop or replace: a control or format character, a backslash, a character that
 * did not decode, or a blank at an end.
 */
function isOdd(text: string): boolean {
  return /[\p{C}\\\ufffd]|^\s|\s$/u.test(text);
}

/** Scheme and host are case-insensitive (RFC 3986 section 6.2.2.1). */
function lowerOrigin(uri: string): string {
  return uri.replace(/^[^/?#]*:(?:\/\/[^/?#]*)?/, (origin) => origin.toLowerCase());
}

/**
 * Returns the URI without dot segments. Returns undefined if they climb above the root, or are in the query or
 * fragment, because servers then read different paths.
 */
function resolveDots(uri: string): string | undefined {
  const [, origin = '', path = '', rest = ''] = /^([^/?#]*:(?:\/\/[^/?#]*)?)?([^?#]*)(.*)$/s.exec(uri) ?? [];
  // A server may treat the whole URI as a path.
  if (/(?:^|[^.\w])\.\.?(?:[^.\w]|$)/.test(rest)) return undefined;
  if (!/(?:^|\/)\.\.?(?:\/|$)/.test(path)) return uri;
  const kept: string[] = [];
  const segments = path.split('/');
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === '..' && (kept.pop() ?? '') === '') return undefined;
    if (segment !== '.' && segment !== '..') kept.push(segment);
    else if (isLast) kept.push('');
  }
  return `${origin}${kept.join('/')}${rest}`;
}

function canonicalPattern(pattern: string): string {
  return lowerOrigin(decodeOnce(pattern));
}

function matchesAny(
  patterns: readonly string[],
  text: string,
  effect: McpEffect,
  matches: (pattern: string, text: string) => boolean,
): boolean {
  if (effect === 'allow') return patterns.some((pattern) => matches(pattern, text));
  const folded = foldText(text);
  return patterns.some((pattern) => matches(foldText(pattern), folded));
}

function matchesName(pattern: string, name: string): boolean {
  return compilePieces(pattern.split('*'))(name);
}

const DELIMITER = /([/?#])/;

/** Compares segment by segment. `**` occurs only at the end of a pattern (`isMcpPattern`). */
function matchesUri(pattern: string, uri: string): boolean {
  const isDeep = pattern.endsWith('**');
  const wanted = (isDeep ? pattern.slice(0, -2) : pattern).split(DELIMITER);
  const given = uri.split(DELIMITER);
  if (isDeep ? given.length < wanted.length : given.length !== wanted.length) return false;
  return wanted.every((segment, index) => {
    const text = given[index] ?? '';
    return isDeep && index === wanted.length - 1 ? text.startsWith(segment) : matchesName(segment, text);
  });
}
