/** Expands regular expressions of paths into one expression for each of their alternatives. */

/**
 * `^gateway/(phases|mapping)/` → `^packages/gateway/core/phases/`, `^packages/gateway/core/mapping/`. Supports the
 * syntax that the import rules use: groups, nested groups, and optional groups. Negative lookaheads are left out, and
 * `$1` stands for any name.
 */
export function expandAlternatives(pattern: string): readonly string[] {
  return splitTop(pattern.replaceAll(/\$\d/g, '[^/]+')).flatMap(expandSequence);
}

function expandSequence(text: string): readonly string[] {
  const start = text.search(/(?<!\\)\(/);
  if (start === -1) return [text];
  const end = closingOf(text, start);
  const inner = text.slice(start + 1, end);
  const isOptional = text[end + 1] === '?';
  const rest = expandSequence(text.slice(end + (isOptional ? 2 : 1)));
  const isExclusion = inner.startsWith('?!');
  const choices = isExclusion ? [''] : [...(isOptional ? [''] : []), ...expandAlternatives(inner)];
  return choices.flatMap((choice) => rest.map((tail) => text.slice(0, start) + choice + tail));
}

/** Splits a regular expression at each `|` outside groups. */
function splitTop(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at - 1] === '\\') continue;
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth > 0 || text[at] !== '|') continue;
    parts.push(text.slice(from, at));
    from = at + 1;
  }
  return [...parts, text.slice(from)];
}

function closingOf(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at - 1] === '\\') continue;
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  throw new Error(`no end of the group in ${text}`);
}
