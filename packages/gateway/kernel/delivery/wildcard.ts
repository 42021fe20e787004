/** The operator `wildcard` of event patterns, and the limit on the complexity of wildcards (docs/aws §18.5). */
import { compilePieces } from '@gatewright/aws/glob';
import { AT_END, refusePattern } from './pattern-error.ts';

const STAR = Symbol('*');
type Token = string | typeof STAR;

/**
 * Compiles a `wildcard` test. `*` matches any characters, `\*` matches an asterisk, and `\\` matches a backslash.
 * @throws PatternError with the words of AWS's engine
 */
export function compileWildcard(pattern: string): (value: unknown) => boolean {
  const pieces: string[] = [];
  let piece = '';
  for (const token of tokensOf(pattern))
    if (token === STAR) {
      pieces.push(piece);
      piece = '';
    } else piece += token;
  pieces.push(piece);
  const matches = compilePieces(pieces);
  return (value) => typeof value === 'string' && matches(value);
}

function tokensOf(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? '';
    const next = pattern[at + 1];
    // The engine counts the quote before the text, so its positions are one higher than the index in this string.
    if (character === '*') {
      if (next === '*') refusePattern(`Consecutive wildcard characters at pos ${at + 1}`, AT_END);
      tokens.push(STAR);
    } else if (character === '\\') {
      if (next !== '*' && next !== '\\')
        return refusePattern(`Invalid escape character at pos ${at + 1}`, AT_END);
      tokens.push(next);
      at += 1;
    } else tokens.push(character);
  }
  return tokens;
}

/**
 * EventBridge refuses a rule of complexity 11 and accepts a rule of complexity 7 (recorded: LocalStack,
 * content_wildcard_complex_EXC and content_wildcard_repeating, October 2025). The engine's documentation names 10 as an
 * example of a limit.
 */
const MAX_COMPLEXITY = 10;
/** The maximum number of sets of states that are examined, so that checking a pattern cannot take long. */
const MAX_SETS = 20_000;

/**
 * Whether the wildcards of one field are too complex, which means that the beginnings of too many of them could match
 * the same text.
 */
export function isTooComplex(lists: readonly (readonly string[])[]): boolean {
  let count = 0;
  const nextId = (): number => (count += 1);
  const roots = lists.map((patterns) => trieOf(patterns, nextId));
  const alphabet = new Set(lists.flat().flatMap((pattern) => [...tokensOf(pattern), '"']));
  alphabet.delete(STAR);
  const queue: (readonly Node[])[] = [withStars(roots.flatMap((root) => [...root.next.values()].flat()))];
  const seen = new Set<string>();
  for (let states = queue.pop(); states !== undefined; states = queue.pop()) {
    if (states.length > MAX_COMPLEXITY) return true;
    for (const character of alphabet) {
      const reached = withStars(
        states.flatMap((state) => {
          const next = state.next.get(character) ?? [];
          return [...(state.isStar ? [state] : []), ...next];
        }),
      );
      const key = reached.map(({ id }) => id).join();
      if (reached.length === 0 || seen.has(key) || seen.size >= MAX_SETS) continue;
      seen.add(key);
      queue.push(reached);
    }
  }
  return false;
}

type Node = { readonly id: number; readonly isStar: boolean; readonly next: Map<Token, Node[]> };

/**
 * Adds the states after a star. A star may match nothing, so a text that reaches the position before the star also
 * reaches the position after it.
 */
function withStars(states: readonly Node[]): readonly Node[] {
  const all = new Set<Node>();
  for (const state of states) {
    all.add(state);
    for (const star of state.next.get(STAR) ?? []) all.add(star);
  }
  return [...all].toSorted((a, b) => a.id - b.id);
}

/**
 * Builds a tree of the beginnings of the patterns. Each pattern begins with a quote, as in the engine. Equal beginnings
 * share their nodes up to the first star.
 */
function trieOf(patterns: readonly string[], nextId: () => number): Node {
  const root: Node = { id: nextId(), isStar: false, next: new Map() };
  for (const pattern of new Set(patterns)) {
    const tokens = ['"', ...tokensOf(pattern)];
    const shared = tokens.indexOf(STAR) + 1;
    let at = root;
    for (const [index, token] of tokens.entries()) {
      const known = index < shared ? at.next.get(token)?.[0] : undefined;
      const node: Node = known ?? { id: nextId(), isStar: token === STAR, next: new Map() };
      if (known === undefined) at.next.set(token, [...(at.next.get(token) ?? []), node]);
      at = node;
    }
  }
  return root;
}
