/**
 * Parses as much of Terraform's language as is needed to find the text of an expression, because plans do not contain
 * this text. It finds the members of a body, the elements of a list, and the parts of a template.
 * @see https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
 */

export type Member = {
  readonly name: string;
  /** The labels of a block, such as `"aws_sqs_queue"` and `"jobs"`. */
  readonly labels: readonly string[];
  readonly isBlock: boolean;
  /** The content of a block, or an expression. */
  readonly text: string;
  /** Where the member begins in the body. */
  readonly at: number;
  /** Where the member's text begins in the body. */
  readonly textAt: number;
};

const NAME = /\s*(?:"([^"\\]*)"|([A-Za-z_][\w-]*))[ \t]*/y;
const LABEL = /"([^"\\]*)"[ \t]*/y;
const GAP = /(?:\s|,|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };

/** Returns the members of a body or an object, as far as they can be read. */
export function membersIn(body: string): readonly Member[] {
  const found: Member[] = [];
  let at = 0;
  for (;;) {
    at = matchAt(GAP, body, at)?.end ?? at;
    const head = matchAt(NAME, body, at);
    if (head === undefined) return found;
    const labels: string[] = [];
    let end = head.end;
    for (let label = matchAt(LABEL, body, end); label !== undefined; label = matchAt(LABEL, body, end)) {
      labels.push(label.groups[0] ?? '');
      end = label.end;
    }
    const isBlock = body[end] === '{';
    const start = isBlock ? end : end + 1;
    if (!isBlock && body[end] !== '=' && body[end] !== ':') return found;
    const stop = isBlock ? endOfGroup(body, start) : endOfExpression(body, start);
    const written = body.slice(start, stop);
    const text = isBlock ? written.slice(1, -1) : written.trim();
    const textAt = start + (isBlock ? 1 : written.length - written.trimStart().length);
    const name = head.groups.find((each) => each !== undefined) ?? '';
    found.push({ name, labels, isBlock, text, at, textAt });
    at = stop;
  }
}

/** Returns the elements of `[ … ]`; undefined for any other expression. */
export function elementsIn(expression: string): readonly string[] | undefined {
  return elementsAt(expression)?.map(({ text }) => text);
}

/** Returns the elements of `[ … ]` with their positions in the expression; undefined for any other expression. */
export function elementsAt(
  expression: string,
): readonly { readonly text: string; readonly at: number }[] | undefined {
  if (!expression.startsWith('[') || endOfGroup(expression, 0) !== expression.length) return undefined;
  const inner = expression.slice(1, -1);
  const found: { readonly text: string; readonly at: number }[] = [];
  for (let at = matchAt(GAP, inner, 0)?.end ?? 0; at < inner.length;) {
    const stop = endOfExpression(inner, at);
    found.push({ text: inner.slice(at, stop).trim(), at: at + 1 });
    at = matchAt(GAP, inner, stop)?.end ?? inner.length;
  }
  return found;
}

/** Returns the content of `{ … }`; undefined for any other expression. */
export function objectIn(expression: string): string | undefined {
  const isObject = expression.startsWith('{') && endOfGroup(expression, 0) === expression.length;
  return isObject ? expression.slice(1, -1) : undefined;
}

/** Splits a template or a reference into strings and references; undefined for anything else. */
export function partsIn(
  expression: string,
): readonly (string | { readonly reference: string })[] | undefined {
  if (REFERENCE.test(expression)) return [{ reference: expression }];
  const inner = /^"((?:[^"\\$]|\$(?!\{)|\$\{[^}"]*\})*)"$/.exec(expression)?.[1];
  if (inner === undefined) return undefined;
  const parts = inner
    .split(/\$\{([^}]*)\}/)
    .map((part, index) => (index % 2 === 0 ? part : { reference: part.trim() }));
  const isPlain = parts.every((part) => typeof part === 'string' || REFERENCE.test(part.reference));
  return isPlain ? parts.filter((part) => part !== '') : undefined;
}

const REFERENCE = /^[A-Za-z_][\w-]*(?:\.[\w-]+|\[(?:\d+|"[^"]*"|each\.key|count\.index)\])+$/;

type Matched = { readonly end: number; readonly groups: readonly (string | undefined)[] };

function matchAt(pattern: RegExp, text: string, at: number): Matched | undefined {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  return found === null ? undefined : { end: pattern.lastIndex, groups: found.slice(1) };
}

/** Returns the position after the bracket that closes the bracket at `start`. */
function endOfGroup(text: string, start: number): number {
  const closing = CLOSING[text[start] ?? ''];
  for (let at = start + 1; at < text.length; at = next(text, at)) if (text[at] === closing) return at + 1;
  return text.length;
}

/** The beginning of a heredoc: `<<-EOF`. */
const HEREDOC = /[ \t]*<<[-~]?(\w+)[ \t]*\r?\n/y;

function endOfExpression(text: string, start: number): number {
  const heredoc = matchAt(HEREDOC, text, start);
  if (heredoc !== undefined) return endOfHeredoc(text, heredoc);
  for (let at = start; at < text.length; at = next(text, at))
    if (/[\n,}\])]/.test(text[at] ?? '') || isComment(text, at)) return at;
  return text.length;
}

/** Returns the position after the string, group, comment or character at `at`. */
function next(text: string, at: number): number {
  const character = text[at] ?? '';
  if (character === '"') return endOfString(text, at);
  const heredoc = character === '<' ? matchAt(HEREDOC, text, at) : undefined;
  if (heredoc !== undefined) return endOfHeredoc(text, heredoc);
  if (Object.hasOwn(CLOSING, character)) return endOfGroup(text, at);
  return isComment(text, at) ? (matchAt(GAP, text, at)?.end ?? at + 1) : at + 1;
}

/** Returns the position after the word that closes the heredoc, or after the whole text if the word is missing. */
function endOfHeredoc(text: string, { end, groups: [word = ''] }: Matched): number {
  const closing = new RegExp(`^[ \\t]*${word}(?![\\w-])`, 'gm');
  closing.lastIndex = end;
  return closing.test(text) ? closing.lastIndex : text.length;
}

function isComment(text: string, at: number): boolean {
  return text[at] === '#' || (text[at] === '/' && (text[at + 1] === '/' || text[at + 1] === '*'));
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') {
    if (text[at] === '\\') at += 2;
    else if (text[at] === '$' && text[at + 1] === '{') at = endOfGroup(text, at + 1);
    else at += 1;
  }
  return at + 1;
}
