/** Strings in policies that may contain wildcards and policy variables (`${aws:username}`). */
import { ANY_ONE, compileGlob, compilePieces } from '@gatewright/aws/glob';
import type { GlobPiece } from '@gatewright/aws/glob';
import type { ConditionValues } from './model.ts';

export type Pattern = (text: string, values: ConditionValues) => boolean;

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly key: string; readonly fallback: string | undefined };

/** Matches `${key}` or `${key, 'default'}`. `${*}`, `${?}` and `${$}` represent the characters themselves. */
const VARIABLE = /\$\{\s*([^},\s]+)\s*(?:,\s*'([^']*)'\s*)?\}/g;
const LITERALS = new Set(['*', '?', '$']);

/**
 * Compiles a string with wildcards. Variables are resolved only with `hasVariables` (Version 2012-10-17); otherwise
 * they are plain text.
 */
export function compilePattern(source: string, hasVariables: boolean): Pattern {
  if (!hasVariables || !source.includes('${')) return compileGlob(source);
  const parts = parseParts(source);
  return (text, values) => {
    const pieces = renderPieces(parts, values);
    return pieces !== undefined && compilePieces(pieces)(text);
  };
}

/**
 * Compiles a string without wildcards. The compiled function returns undefined if a variable has no value. In that
 * case, no value equals the string.
 */
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

/**
 * Returns the value of a variable. If its key has no value, or several values, which cannot be inserted into a string,
 * the variable's default is used; undefined if the variable has no default.
 */
function valueOf(part: Extract<Part, { kind: 'variable' }>, values: ConditionValues): string | undefined {
  if (LITERALS.has(part.key)) return part.key;
  const found = values.get(part.key);
  return found?.length === 1 ? found[0] : part.fallback;
}

/**
 * Splits the text at the policy's own wildcards. A `*` inside an inserted value is an ordinary character, because
 * otherwise callers could widen the policy.
 */
function renderPieces(parts: readonly Part[], values: ConditionValues): readonly GlobPiece[] | undefined {
  const pieces: (string | typeof ANY_ONE)[][] = [[]];
  for (const part of parts) {
    const text = part.kind === 'text' ? part.text : valueOf(part, values);
    if (text === undefined) return undefined;
    for (const character of text.split(''))
      if (part.kind === 'text' && character === '*') pieces.push([]);
      else pieces.at(-1)?.push(part.kind === 'text' && character === '?' ? ANY_ONE : character);
  }
  return pieces;
}
