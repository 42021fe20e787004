/** Policy texts with wildcards and policy variables (`${aws:username}`). */
import { compileGlob } from './glob.ts';
import type { ConditionValues } from './model.ts';

export type Pattern = (text: string, values: ConditionValues) => boolean;

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly key: string; readonly fallback: string | undefined };

/** `${key}` or `${key, 'default'}`; `${*}`, `${?}`, `${$}` are the characters themselves. */
const VARIABLE = /\$\{\s*([^},\s]+)\s*(?:,\s*'([^']*)'\s*)?\}/g;
const LITERALS = new Set(['*', '?', '$']);

/** Wildcards apply; variables only with `hasVariables` (Version 2012-10-17), else they are plain text. */
export function compilePattern(source: string, hasVariables: boolean): Pattern {
  if (!hasVariables || !source.includes('${')) return compileGlob(source);
  const parts = parseParts(source);
  return (text, values) => {
    const tokens = renderTokens(parts, values);
    return tokens !== undefined && matchTokens(tokens, text);
  };
}

/** The text without wildcards; undefined = a variable has no value, so that nothing is equal. */
export function compileText(
  source: string,
  hasVariables: boolean,
): (values: ConditionValues) => string | undefined {
  if (!hasVariables || !source.includes('${')) return () => source;
  const parts = parseParts(source);
  return (values) => {
    let text = '';
    for (const part of parts) {
      const value = part.kind === 'text' ? part.text : valueOf(part, values);
      if (value === undefined) return undefined;
      text += value;
    }
    return text;
  };
}

function parseParts(source: string): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of source.matchAll(VARIABLE)) {
    if (match.index > end) parts.push({ kind: 'text', text: source.slice(end, match.index) });
    parts.push({ kind: 'variable', key: (match[1] ?? '').toLowerCase(), fallback: match[2] });
    end = match.index + match[0].length;
  }
  if (end < source.length) parts.push({ kind: 'text', text: source.slice(end) });
  return parts;
}

/** A key with several values has no single value to insert. */
function valueOf(part: Extract<Part, { kind: 'variable' }>, values: ConditionValues): string | undefined {
  if (LITERALS.has(part.key)) return part.key;
  const found = values.get(part.key);
  return found?.length === 1 ? found[0] : part.fallback;
}

const ANY_RUN = Symbol('*');
const ANY_ONE = Symbol('?');
type Token = string | typeof ANY_RUN | typeof ANY_ONE;

/**
 * Only the policy's wildcards count: `*` inside a value is a character, or callers could widen the policy.
 */
function renderTokens(parts: readonly Part[], values: ConditionValues): readonly Token[] | undefined {
  const tokens: Token[] = [];
  for (const part of parts) {
    if (part.kind === 'text') for (const character of part.text.split('')) tokens.push(toToken(character));
    else {
      const value = valueOf(part, values);
      if (value === undefined) return undefined;
      tokens.push(...value.split(''));
    }
  }
  return tokens;
}

function toToken(character: string): Token {
  if (character === '*') return ANY_RUN;
  return character === '?' ? ANY_ONE : character;
}

/** Backtracks to the latest `*` only, so the cost is bounded by tokens × text. */
function matchTokens(tokens: readonly Token[], text: string): boolean {
  let token = 0;
  let index = 0;
  let star = -1;
  let starIndex = 0;
  while (index < text.length) {
    const current = tokens[token];
    if (current === ANY_RUN) {
      star = token;
      starIndex = index;
      token += 1;
    } else if (current !== undefined && (current === ANY_ONE || current === text[index])) {
      token += 1;
      index += 1;
    } else if (star !== -1) {
      starIndex += 1;
      index = starIndex;
      token = star + 1;
    } else return false;
  }
  while (tokens[token] === ANY_RUN) token += 1;
  return token === tokens.length;
}
