/**
 * Where a handler's source reads the caller as a Cognito or JWT authorizer told it: behind a Lambda authorizer
 * `authorizer.claims` and `authorizer.jwt` are not there, and `C#${claims.sub}` is one customer for all of them. By the
 * text, so that any language and style is seen; what only looks so is acknowledged in a comment.
 */
type ClaimRead = {
  readonly line: number;
  /** `authorizer.claims` */
  readonly what: string;
};

const READS = [
  // event.requestContext.authorizer?.jwt!.claims, authorizer['claims'], (authorizer as Claims).claims, .get('claims')
  /\bauthorizer\b[^;={}\n]{0,60}?(?:\.\s*|\[\s*['"`]|\(\s*['"])(claims|jwt)\b/g,
  // …requestContext.authorizer, at the end of a line, .claims on the next
  /\bauthorizer\b\s*[!?)]*\s*\.\s*(claims|jwt)\b/g,
  // const { requestContext: { authorizer: { claims } } } = event
  /\bauthorizer\s*:\s*\{[^}=;]{0,200}?\b(claims|jwt)\b/g,
  // const { claims } = event.requestContext.authorizer
  /\{[^{}=;]{0,200}?\b(claims|jwt)\b[^{}=;]{0,200}\}(?:\s*:\s*\w+)?\s*=\s*[^;\n]{0,120}\bauthorizer\b/g,
];
const ACKNOWLEDGED = /gatewright:\s*claims acknowledged/;

/** Each line once, in order; none where the line, or the one above it, says `gatewright: claims acknowledged`. */
export function findClaimReads(text: string): readonly ClaimRead[] {
  const lines = text.split('\n');
  const found = new Map<number, ClaimRead>();
  for (const pattern of READS)
    for (const match of text.matchAll(pattern)) {
      const [whole, name = ''] = match;
      const line = text.slice(0, match.index + whole.lastIndexOf(name)).split('\n').length;
      const isAcknowledged = [lines[line - 1], lines[line - 2]].some((near) => ACKNOWLEDGED.test(near ?? ''));
      if (!isAcknowledged && !found.has(line)) found.set(line, { line, what: `authorizer.${name}` });
    }
  return [...found.values()].sort((a, b) => a.line - b.line);
}

/** What to do about one, behind the file and line where it stands. */
export function describeClaimRead(what: string, route: string): string {
  return (
    `reads ${what}, which is not there behind the authorizer of ${route}, so every caller would be undefined: read ` +
    `claimsOf(event) of @gatewright/handlers/access instead (docs/coming-from.md), or write "gatewright: claims acknowledged" in a comment there`
  );
}

/** As `findClaimReads`, of a mapping template or parameter: `authorizer.claims`, each once; none where a comment acknowledges it. */
export function findMappedClaims(text: string): readonly string[] {
  if (ACKNOWLEDGED.test(text)) return [];
  return [
    ...new Set([...text.matchAll(/\bcontext\.authorizer\.(claims|jwt)\b/g)].map(([, name = '']) => name)),
  ].map((name) => `authorizer.${name}`);
}

/** What to do about one, behind the place where it stands. */
export function describeMappedClaim(what: string, route: string): string {
  return (
    `reads $context.${what}, which is not there behind the authorizer of ${route}, so every caller would be nobody: let the document hand over the claim ` +
    `(context: { email: { claim: email } }) and read $context.authorizer.email (docs/coming-from.md), or write "## gatewright: claims acknowledged" in the template`
  );
}
