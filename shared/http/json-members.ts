/**
 * Matches the tokens of JSON that are needed to find duplicate members. Duplicates matter because JSON.parse uses the
 * last of them, but other parsers use the first (RFC 8259 section 4).
 */

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/**
 * Whether any object in the text, at any depth, has a member twice. The text must be valid JSON.
 * @param names the only names to check. Without this set, all names are checked.
 */
export function hasDuplicateMember(json: string, names?: ReadonlySet<string>): boolean {
  /** The names found so far in each open object, outermost first. An open array has the entry undefined. */
  const open: (Set<string> | undefined)[] = [];
  let expectsName = false;
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token.startsWith('"') && expectsName) {
      const met = open.at(-1);
      const name = String(JSON.parse(token));
      if (met?.has(name) === true) return true;
      if (names?.has(name) ?? true) met?.add(name);
    }
    expectsName = token === '{' || (token === ',' && open.at(-1) !== undefined);
  }
  return false;
}
