/** Document paths: `#n.a[0]` (developer guide, "Specifying item attributes"). */
import { ExpressionError, type Tokens } from './tokens.ts';

export type PathPiece = string | number;
/** A path as it is written, with its placeholders (`#n`) unresolved. */
export type PathSyntax = { readonly kind: 'path'; readonly pieces: readonly PathPiece[] };

const MAX_INDEX = 2 ** 31 - 1;
/** The maximum depth of nested attributes (developer guide, "Quotas": nested attribute depth). */
const MAX_LEVELS = 32;

export function parseProjection(tokens: Tokens): readonly PathSyntax[] {
  const paths = [parsePath(tokens)];
  while (tokens.takeSign(',')) paths.push(parsePath(tokens));
  tokens.expectEnd();
  return paths;
}

/**
 * Parses a document path.
 * @throws ExpressionError if the path is invalid
 */
export function parsePath(tokens: Tokens): PathSyntax {
  const pieces: PathPiece[] = [parseName(tokens)];
  for (;;) {
    if (tokens.takeSign('.')) pieces.push(parseName(tokens));
    else if (tokens.takeSign('[')) pieces.push(parseIndex(tokens));
    else break;
  }
  if (pieces.length > MAX_LEVELS)
    throw new ExpressionError(
      `The document path has too many nesting levels; nesting levels: ${pieces.length}`,
    );
  return { kind: 'path', pieces };
}

function parseName(tokens: Tokens): string {
  const { kind } = tokens.next;
  return kind === 'word' || kind === 'name' ? tokens.take().text : tokens.fail();
}

function parseIndex(tokens: Tokens): number {
  if (tokens.next.kind !== 'digits') tokens.fail();
  const { text } = tokens.take();
  tokens.expectSign(']');
  if (Number(text) > MAX_INDEX)
    throw new ExpressionError(`List index is not within the allowable range; index: [${text}]`);
  return Number(text);
}
