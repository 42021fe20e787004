/**
 * IAM's wildcards: `*` is any run of characters, slashes and colons included, `?` any single one. Not regular
 * expressions, whose backtracking a hostile pattern could make run for minutes: here each `*` is fixed at its
 * leftmost fit, so the cost is bounded by pattern length × text length.
 */

type Matcher = (text: string) => boolean;

export function compileGlob(pattern: string): Matcher {
  if (!pattern.includes('?')) {
    const star = pattern.indexOf('*');
    if (star === -1) return (text) => text === pattern;
    if (pattern.length === 1) return () => true;
    if (star === pattern.length - 1) {
      const prefix = pattern.slice(0, -1);
      const end = prefix.length - 1;
      const lastCode = prefix.charCodeAt(end);
      // ARNs of one API start alike and differ at the end, so the last character decides most of them.
      return (text) => text.charCodeAt(end) === lastCode && text.startsWith(prefix);
    }
  }
  const pieces = pattern.split('*').map(compilePiece);
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1)
    return (text) => text.length === only.length && only.fits(text, 0);
  return compilePieces(pieces);
}

/** A part of a pattern without `*`. */
type Piece = {
  readonly length: number;
  /** The text must be long enough for the piece. */
  fits(text: string, at: number): boolean;
  /** Leftmost position from `from` on; -1 if it would end after `end`. */
  find(text: string, from: number, end: number): number;
};

function compilePiece(piece: string): Piece {
  const { length } = piece;
  if (!piece.includes('?'))
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
      if (piece[index] !== '?' && piece[index] !== text[at + index]) return false;
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

/** The first piece must fit the start, the last the end, the others their first fit in between. */
function compilePieces(pieces: readonly Piece[]): Matcher {
  const [first, ...rest] = pieces;
  const last = rest.pop();
  if (first === undefined || last === undefined) return () => false;
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
