/**
 * What a caller may do with the tools, prompts and resources of an MCP server. An authorizer of the toolkit decides it
 * once per caller, by the rules under `mcp` of the access document, and passes it on as one JSON text in its context.
 * The text depends on the caller only, never on the request, so API Gateway may cache it: a cached result for one tool
 * cannot open another.
 */
import { asNonEmptyText, asText, isJsonObject, memberOf, parseJsonObject } from '@gatewright/aws/json-object';
import { isDecidedMethod, MCP_SUBJECTS } from './methods.ts';
import type { McpSubject } from './methods.ts';
import { isUriPattern, matchesSubject, mayMatchTemplate, sampleOfTemplate } from './patterns.ts';
import type { McpEffect } from './patterns.ts';

export { MCP_GRANTS } from '@gatewright/aws/access-decision';

export type McpPatterns = Readonly<Partial<Record<McpSubject, readonly string[]>>>;

export type McpGrants = {
  /** Name of the access document that decided. */
  readonly document: string;
  readonly allow: McpPatterns;
  /** Takes precedence over `allow`. */
  readonly deny: McpPatterns;
  /**
   * The tenant and key that the wrapper charges. Absent if the wrapper does not charge the caller. Without `tenant` or
   * `key`, charged calls are refused.
   */
  readonly charge?: McpCharge;
  /** The rights that the caller would have with a token that also has these scopes. This member grants nothing. */
  readonly withScopes: readonly { readonly scopes: readonly string[]; readonly allow: McpPatterns }[];
};

export type McpCharge = {
  readonly plan?: string | undefined;
  readonly tenant?: string | undefined;
  readonly key?: string | undefined;
};

const PATTERN_LIMIT_CHARACTERS = 256;

/**
 * Whether the text is a valid pattern of a rule. It has at most 256 characters, and `**` only at the end of a URI. For
 * `resources`, some URI must match it. For `methods`, it is the exact name of a method that nothing else decides.
 */
export function isMcpPattern(subject: McpSubject, pattern: string): boolean {
  if (pattern === '' || pattern.length > PATTERN_LIMIT_CHARACTERS) return false;
  if (!pattern.isWellFormed() || /[\p{Cc}\p{Zl}\p{Zp}\\\ufffd]|^\s|\s$/u.test(pattern)) return false;
  if (subject === 'methods') return !pattern.includes('*') && !isDecidedMethod(pattern);
  const wild = subject === 'resources' ? pattern.replace(/\*\*$/, '') : pattern;
  return !wild.includes('**') && (subject !== 'resources' || isUriPattern(pattern));
}

/** Formats the grants for the context. The scopes to ask for are left out if the text would be longer than the limit. */
export function printMcpGrants(grants: McpGrants, limitCharacters: number): string {
  const whole = JSON.stringify(grants);
  return whole.length <= limitCharacters ? whole : JSON.stringify({ ...grants, withScopes: [] });
}

/** @returns undefined if the value is not what `printMcpGrants` prints; such a value grants nothing */
export function parseMcpGrants(value: unknown): McpGrants | undefined {
  const fields = typeof value === 'string' ? parseJsonObject(value) : undefined;
  if (fields === undefined) return undefined;
  const document = asText(fields['document']);
  const allow = parsePatterns(fields['allow']);
  const deny = parsePatterns(fields['deny']);
  const withScopes = Array.isArray(fields['withScopes']) ? fields['withScopes'].map(parseScoped) : [];
  if (document === undefined || allow === undefined || deny === undefined) return undefined;
  const { charge } = fields;
  if (charge !== undefined && !isJsonObject(charge)) return undefined;
  return {
    document,
    allow,
    deny,
    withScopes: withScopes.filter((entry) => entry !== undefined),
    ...(charge !== undefined && { charge: parseCharge(charge) }),
  };
}

function parseCharge(charge: object): McpCharge {
  const [plan, tenant, key] = ['plan', 'tenant', 'key'].map((name) => asNonEmptyText(memberOf(charge, name)));
  return { plan, tenant, key };
}

function parseScoped(value: unknown): McpGrants['withScopes'][number] | undefined {
  const allow = parsePatterns(memberOf(value, 'allow'));
  const scopes = memberOf(value, 'scopes');
  if (allow === undefined || !Array.isArray(scopes)) return undefined;
  return { allow, scopes: scopes.filter((scope) => typeof scope === 'string') };
}

/** One pattern that cannot be read makes the whole text unusable: a deny rule must not be dropped. */
function parsePatterns(value: unknown): McpPatterns | undefined {
  if (!isJsonObject(value)) return undefined;
  const patterns: Partial<Record<McpSubject, readonly string[]>> = {};
  for (const subject of MCP_SUBJECTS) {
    const listed = memberOf(value, subject);
    if (listed === undefined) continue;
    if (!Array.isArray(listed)) return undefined;
    const texts = listed.filter(
      (pattern): pattern is string => typeof pattern === 'string' && isMcpPattern(subject, pattern),
    );
    if (texts.length !== listed.length) return undefined;
    patterns[subject] = texts;
  }
  return patterns;
}

export function grantsAnything({ allow }: McpGrants): boolean {
  return MCP_SUBJECTS.some((subject) => (allow[subject]?.length ?? 0) > 0);
}

/** Whether the caller may use this tool, prompt, resource or method. */
export function mayUse({ allow, deny }: McpGrants, subject: McpSubject, text: string): boolean {
  const matches = (patterns: McpPatterns, effect: McpEffect): boolean =>
    matchesSubject(subject, patterns[subject] ?? [], text, effect);
  return matches(allow, 'allow') && !matches(deny, 'deny');
}

/**
 * Whether a list may show the resource template. The caller must be allowed to read some URI that begins like the
 * template, and no deny rule may match every URI of the template.
 */
export function mayListTemplate({ allow, deny }: McpGrants, template: string): boolean {
  const isDenied = matchesSubject('resources', deny.resources ?? [], sampleOfTemplate(template), 'deny');
  return mayMatchTemplate(allow.resources ?? [], template) && !isDenied;
}

/**
 * Whether the caller may request values for the template: a rule must allow all of its URIs, and no rule may deny any
 * of them.
 */
export function mayCompleteTemplate({ allow, deny }: McpGrants, template: string): boolean {
  const start = template.split('{', 1)[0] ?? '';
  const deep = (allow.resources ?? []).filter(
    (pattern) => pattern.endsWith('**') && start.startsWith(pattern.slice(0, -2)),
  );
  // Dot segments of the template could lead out of the pattern that matches its beginning.
  const allowed =
    allow.resources?.includes(template) === true ||
    matchesSubject('resources', deep, sampleOfTemplate(template), 'allow');
  return allowed && !mayMatchTemplate(deny.resources ?? [], template);
}

/**
 * Returns the scopes that the caller would need to use this tool, prompt, resource or method. Returns undefined if
 * additional scopes would not help.
 */
export function scopesFor(
  grants: McpGrants,
  subject: McpSubject,
  text: string,
): readonly string[] | undefined {
  const found = grants.withScopes.find(({ allow }) => mayUse({ ...grants, allow }, subject, text));
  return found?.scopes;
}
