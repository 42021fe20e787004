/**
 * Wildcards: `*` matches any run of characters, including an empty one, and `?` any single character. Regular
 * expressions are not used, because a hostile pattern could make their backtracking run for minutes. This matcher fixes
 * each `*` at its leftmost match, so the cost is bounded by pattern length × text length.
 */

type Matcher = (text: string) => boolean;

export const ANY_ONE = Symbol('?');

/** A part of a pattern that contains no `*`: either a literal text, or its characters one by one. */
export type GlobPiece = string | readonly (string | typeof ANY_ONE)[];

/** Matches as IAM and CloudFront do: slashes and colons are ordinary characters. */
export function compileGlob(pattern: string): Matcher {
  if (!pattern.includes('?')) {
    const star = pattern.indexOf('*');
    if (star === -1) return (text) => text === pattern;
    if (pattern.length === 1) return () => true;
    if (star === pattern.length - 1) {
      const prefix = pattern.slice(0, -1);
      const end = prefix.length - 1;
      const lastCode = prefix.charCodeAt(end);
      // ARNs of one API have a common beginning and differ at the end, so the last character decides most comparisons.
      return (text) => text.charCodeAt(end) === lastCode && text.startsWith(prefix);
    }
  }
  return compilePieces(pattern.split('*').map((piece) => (piece.includes('?') ? toTokens(piece) : piece)));
}

function toTokens(piece: string): GlobPiece {
  return piece.split('').map((character) => (character === '?' ? ANY_ONE : character));
}

type Piece = {
  readonly length: number;
  /** Returns whether the piece matches at a position. The caller ensures that the text is long enough for the piece. */
  fits(text: string, at: number): boolean;
  /** Returns the leftmost match from `from` on, or -1 if it would end after `end`. */
  find(text: string, from: number, end: number): number;
};

function compilePiece(piece: GlobPiece): Piece {
  const { length } = piece;
  if (typeof piece === 'string')
    return {
      length,
      fits: (text, at) => text.startsWith(piece, at),
      find: (text, from, end) => {
        const at = text.indexOf(piece, from);
        return at + length <= end ? at : -1;
      },
    };
  const fits = (text: string, at: number): boolean => {
    for (let index = 0; index < length; index += 1)
      if (piece[index] !== ANY_ONE && piece[index] !== text[at + index]) return false;
    return true;
  };
  return {
    length,
    fits,
    find: (text, from, end) => {
      for (let at = from; at + length <= end; at += 1) if (fits(text, at)) return at;
      return -1;
    },
  };
}

/**
 * Compiles a pattern of pieces with any characters between them. The first piece must match the beginning and the last
 * piece the end; the others match at the first possible place in between.
 */
export function compilePieces(pieces: readonly GlobPiece[]): Matcher {
  const [first, ...rest] = pieces.map(compilePiece);
  if (first === undefined) return () => false;
  const last = rest.pop();
  if (last === undefined) return (text) => text.length === first.length && first.fits(text, 0);
  const between = rest.filter((piece) => piece.length > 0);
  return (text) => {
    const end = text.length - last.length;
    if (end < first.length || !first.fits(text, 0) || !last.fits(text, end)) return false;
    let from = first.length;
    for (const piece of between) {
      const at = piece.find(text, from, end);
      if (at === -1) return false;
      from = at + piece.length;
    }
    return true;
  };
}
