/** Reads the status that a MOCK's request template renders (docs/aws §8). */

const WHITE = /\s/;
const INTEGER = /^-?\d{1,10}$/;

/**
 * Reads `statusCode` from lenient JSON. AWS accepts names without quotes (the CDK sends `{ statusCode: 200 }`), single
 * quotes, trailing commas, text before the object, and members that it cannot parse. The value must be an unquoted
 * integer of at most 10 digits, so `"200"` is not accepted. Returns undefined if the text has no `statusCode` of this
 * kind.
 */
export function readMockStatus(text: string): number | undefined {
  const start = text.indexOf('{');
  const end = text.trimEnd().length - 1;
  if (start === -1 || text[end] !== '}') return undefined;
  for (const member of splitMembers(text.slice(start + 1, end)) ?? []) {
    const colon = member.indexOf(':');
    if (colon === -1 || unquoted(member.slice(0, colon).trim()) !== 'statusCode') continue;
    const value = member.slice(colon + 1).trim();
    return INTEGER.test(value) ? Number(value) : undefined;
  }
  return undefined;
}

/** Returns a name without its quotes, if it has any. Returns undefined if the quotes do not match. */
function unquoted(name: string): string | undefined {
  const quoted = /^(["'])(.*)\1$/s.exec(name)?.[2];
  if (quoted !== undefined) return /["']/.test(quoted) ? undefined : quoted;
  return /["']/.test(name) ? undefined : name;
}

/**
 * Splits members at commas outside quotes and brackets. Returns undefined if a member opens an object that is never
 * closed.
 */
function splitMembers(inner: string): string[] | undefined {
  const members: string[] = [];
  let member = '';
  let quote = '';
  let depth = 0;
  let isEscaped = false;
  for (const char of inner) {
    if (quote !== '') {
      if (char === quote && !isEscaped) quote = '';
      isEscaped = char === '\\' && !isEscaped;
    } else if ((char === '"' || char === "'") && opensText(member, depth)) {
      quote = char;
    } else if (char === '{' || char === '[') {
      // A brace inside a name or value without quotes is an ordinary character.
      if (opensText(member, depth)) depth += 1;
    } else if ((char === '}' || char === ']') && depth > 0) {
      depth -= 1;
    } else if (char === ',' && depth === 0) {
      members.push(member);
      member = '';
      continue;
    }
    member += char;
  }
  if (quote !== '' || depth > 0) return undefined;
  return [...members, member];
}

/** Whether a name or value can start here: at the start of a member, after its colon, or inside brackets. */
function opensText(member: string, depth: number): boolean {
  let last = member.length - 1;
  while (last >= 0 && WHITE.test(member.charAt(last))) last -= 1;
  return last < 0 || member[last] === ':' || (depth > 0 && '[{,'.includes(member.charAt(last)));
}
