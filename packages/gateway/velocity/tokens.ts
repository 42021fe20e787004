/**
 * The lexical modes of Velocity 1.7. The mode determines which tokens are possible, and depends on the preceding text.
 */
export type LexicalMode =
  | 'text'
  /** The mode after `#`, before the directive's name is known. */
  | 'preDirective'
  | 'directive'
  /** The mode after `$`. */
  | 'reference'
  /** The mode after the dot of a reference. */
  | 'modifier'
  /** The mode inside the parentheses of a method. */
  | 'arguments'
  /** The mode inside the brackets of an index. */
  | 'index'
  | 'lineComment'
  | 'formalComment'
  | 'blockComment'
  | 'textblock';

export type TokenKind =
  | 'text'
  | 'doubleEscape'
  | 'escape'
  | 'escapedDirective'
  | 'emptyIndex'
  | 'lineCommentStart'
  | 'lineCommentEnd'
  | 'blockComment'
  | 'textblock'
  | 'set'
  | 'if'
  | 'elseif'
  | 'else'
  | 'end'
  | 'word'
  | 'bracketedWord'
  | 'identifier'
  | 'dot'
  | 'refOpen'
  | 'refClose'
  | 'indexOpen'
  | 'indexClose'
  | 'parenOpen'
  | 'parenClose'
  | 'argumentsClose'
  | 'bracketOpen'
  | 'bracketClose'
  | 'curlyOpen'
  | 'curlyClose'
  | 'comma'
  | 'colon'
  | 'doubleDot'
  | 'assign'
  | 'whitespace'
  | 'string'
  | 'integer'
  | 'float'
  | 'true'
  | 'false'
  | 'minus'
  | 'plus'
  | 'multiply'
  | 'divide'
  | 'modulo'
  | 'and'
  | 'or'
  | 'not'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'eq'
  | 'ne'
  | 'eof';

/**
 * A token with its source text. `image` is mutable, because Velocity removes escaping backslashes from the first token
 * of a reference. The literal texts of the enclosing expressions then do not contain these backslashes either.
 */
export type Token = {
  readonly kind: TokenKind;
  image: string;
  readonly line: number;
  readonly column: number;
  /** The text that ended the preceding reference or directive. It does not belong to any token. */
  readonly skipped: readonly string[];
  next: Token | undefined;
};

/**
 * A part of the source from the first token to the last token, including both. If it is empty, `first` is after `last`.
 */
export type Span = { readonly first: Token; readonly last: Token };

/**
 * Returns the text of a token as Velocity prints it. Of the skipped text before the token, only `#`, `$` and
 * backslashes before a `$` remain. For example, in `cost $ 5` the token ` 5` follows the skipped text `$ `, so it is
 * printed as `$ 5`.
 */
export function tokenLiteral(token: Token): string {
  if (token.kind === 'blockComment') return '';
  const closest = token.skipped.at(-1);
  if (closest === undefined || closest.startsWith('##')) return token.image;
  return token.skipped.map((text) => text.replace(/\\+(?!\$)|[^#$\\]/g, '')).join('') + token.image;
}

/** Returns the text of a span; undefined for an empty span, for which Velocity also fails. */
export function spanLiteral({ first, last }: Span): string | undefined {
  let text = '';
  for (let token: Token | undefined = first; token !== undefined; token = token.next) {
    text += tokenLiteral(token);
    if (token === last) return text;
  }
  return undefined;
}

/** Returns the text of a span without the skipped text between its tokens. */
export function spanImages({ first, last }: Span): string {
  let text = '';
  for (let token: Token | undefined = first; token !== undefined; token = token.next) {
    text += token.image;
    if (token === last) return text;
  }
  return text;
}
