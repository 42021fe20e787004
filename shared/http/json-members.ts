/** Duplicate members of an object: JSON.parse takes the last, others the first (RFC 8259 section 4). */

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/**
 * Whether any object of the text, at any depth, has a member twice. The text must be valid JSON.
 * @param names checks these only; absent: all
 */
export function hasDuplicateMember(json: string, names?: ReadonlySet<string>): boolean {
  /** Names seen in each open object; undefined for an array. */
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
