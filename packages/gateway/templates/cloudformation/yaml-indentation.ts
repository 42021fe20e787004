/**
 * Repairs flow collections and quoted strings whose later lines are indented too little. YAML 1.2 refuses them, but
 * AWS's tools ignore the indentation of such lines. The repair indents the lines further and does not change line
 * numbers.
 */
import { isMap, isScalar, isSeq, visit } from 'yaml';
import type { Document } from 'yaml';

/** Repairs the first collection or string that has such lines. Returns undefined if there is none. */
export function deepenFirst(text: string, document: Document.Parsed): string | undefined {
  const start = firstUnclosed(text, document);
  if (start === undefined) return undefined;
  const end = endOf(text, start);
  if (end === undefined) return undefined;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  // The dashes of list items count towards the indentation of their content.
  const indentation = /^(?:[-?]? )*/.exec(text.slice(lineStart))?.[0].length ?? 0;
  const [first = '', ...others] = text.slice(start, end).split('\n');
  const deepened = others.map((line) => {
    const missing = indentation + 2 - (/^ */.exec(line)?.[0].length ?? 0);
    return missing > 0 ? ' '.repeat(missing) + line : line;
  });
  const repaired = text.slice(0, start) + [first, ...deepened].join('\n') + text.slice(end);
  return repaired === text ? undefined : repaired;
}

function firstUnclosed(text: string, document: Document.Parsed): number | undefined {
  let found: number | undefined;
  const look = (_key: unknown, node: unknown): void => {
    const range = isMap(node) || isSeq(node) || isScalar(node) ? node.range : undefined;
    if (range === undefined || range === null || found !== undefined) return;
    const opening = text[range[0]] ?? '';
    const closing = CLOSING[opening];
    const isFlow = isScalar(node)
      ? node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE'
      : (isMap(node) || isSeq(node)) && node.flow === true;
    if (!isFlow || closing === undefined) return;
    // The parser ends an unclosed string at the end of a line, where the last character may be an escaped quote.
    const isClosed = isScalar(node)
      ? endOfQuote(text, range[0]) === range[1]
      : range[1] - range[0] > 1 && text[range[1] - 1] === closing;
    if (!isClosed) found = range[0];
  };
  try {
    visit(document, look);
  } catch (error) {
    // The parser is recursive, so thousands of brackets exhaust the stack. No real template has that many.
    if (!(error instanceof RangeError)) throw error;
  }
  return found;
}

const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']', '"': '"', "'": "'" };

/** Returns the offset after the end of the collection or string that begins at `start`; undefined if it never ends. */
function endOf(text: string, start: number): number | undefined {
  const first = text[start] ?? '';
  if (first === '"' || first === "'") return endOfQuote(text, start);
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if ((character === '"' || character === "'") && opensText(text, start, at)) {
      const end = endOfQuote(text, at);
      if (end === undefined) return undefined;
      at = end - 1;
    } else if (character === '#' && /\s/.test(text[at - 1] ?? ' ')) {
      const lineEnd = text.indexOf('\n', at);
      if (lineEnd === -1) return undefined;
      at = lineEnd;
    } else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

/** Whether a quote begins a string at this position. An apostrophe inside a plain scalar does not begin a string. */
function opensText(text: string, start: number, at: number): boolean {
  const before = text.slice(Math.max(start, at - 200), at);
  return /(?:[[{,:?]|^|(?:^|[\s[{,:])[!&][^\s,[\]{}]*)\s*$/.test(before);
}

function endOfQuote(text: string, start: number): number | undefined {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\' && quote === '"') at += 1;
    else if (text[at] === quote) {
      if (quote === "'" && text[at + 1] === "'") at += 1;
      else return at + 1;
    }
  }
  return undefined;
}
