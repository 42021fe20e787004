/**
 * Velocity 1.7's lexer, a state machine whose states are called modes. It uses the longest match in the current mode,
 * or the earlier rule if two matches are equally long. The rule's action sets the next mode. Because the original has
 * the same modes, whitespace, escapes and incomplete references have the same results as on AWS.
 */
import { TemplateError } from './java/template-error.ts';
import { type Action, type Outcome, pattern, type Rule, RULES_BY_MODE } from './rules.ts';
import type { LexicalMode, Token } from './tokens.ts';

type Match = { readonly rule: Pick<Rule, 'outcome' | 'action'>; readonly length: number };

const DIRECTIVE_NAME = pattern(/#(?:[A-Za-z_@][\w@]*|\{[A-Za-z_][\w@]*\})/);
const DOUBLE_ESCAPE: Match = { rule: { outcome: 'doubleEscape', action: 'none' }, length: 2 };
/** The result of a backslash that is not before `$` or a directive. */
const PLAIN_BACKSLASH: Partial<Record<LexicalMode, Outcome>> = {
  text: 'escape',
  lineComment: 'skip',
  formalComment: 'skip',
  blockComment: 'skip',
  textblock: 'more',
};

type SavedMode = { readonly mode: LexicalMode; readonly open: number; readonly closed: number };

/** Reads tokens one by one, because the parser may change the mode at a directive before the next token is read. */
export class VelocityLexer {
  readonly #source: string;
  #position = 0;
  #line = 1;
  #lineStart = 0;
  #counted = 0;
  #mode: LexicalMode = 'text';
  readonly #saved: SavedMode[] = [];
  #open = 0;
  #closed = 0;
  #inComment = false;
  #inSet = false;
  #plainBackslashesEnd = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /**
   * Ends the part of a #set that contains the value. Within this part, numbers and strings do not end the directive.
   */
  leaveSet(): void {
    this.#inSet = false;
  }

  enterDirective(): void {
    this.#mode = 'directive';
  }

  /** Goes back to the enclosing mode. It is called for a text that looked like a directive but has no arguments. */
  leaveDirective(): void {
    this.#pop();
  }

  isParenthesisNext(): boolean {
    let at = this.#position;
    while (' \n\r\t'.includes(this.#source[at] ?? '.')) at += 1;
    return this.#source[at] === '(';
  }

  /**
   * Returns the next token.
   * @throws TemplateError TEMPLATE_SYNTAX if no rule of the mode matches, or if the text ends inside a token.
   */
  next(): Token {
    const skipped: string[] = [];
    let start = this.#position;
    for (;;) {
      const at = this.#position;
      if (at >= this.#source.length) {
        if (start < at) throw this.#unfinished(start);
        return { kind: 'eof', image: '', ...this.#place(at), skipped, next: undefined };
      }
      const matched = this.#longestMatch(at);
      this.#position = at + matched.length;
      const { outcome } = matched.rule;
      if (outcome === 'terminator') {
        skipped.push(this.#source.slice(start, this.#position));
        this.#position = at;
        start = at;
        this.#pop();
        continue;
      }
      const place = this.#place(start);
      const end = this.#position;
      const image =
        this.#act(matched.rule.action) ?? this.#source.slice(start, Math.min(end, this.#position));
      if (outcome === 'skip') start = this.#position;
      else if (outcome !== 'more') return { kind: outcome, image, ...place, skipped, next: undefined };
      else if (this.#position >= this.#source.length) throw this.#unfinished(start);
    }
  }

  #longestMatch(at: number): Match {
    const plainly = this.#source[at] === '\\' ? PLAIN_BACKSLASH[this.#mode] : undefined;
    const plain = plainly !== undefined && this.#isPlainBackslash(at) ? plainly : undefined;
    if (plain === 'escape' && this.#source[at + 1] === '\\') return DOUBLE_ESCAPE;
    if (plain !== undefined) return { rule: { outcome: plain, action: 'none' }, length: 1 };
    let best: Match['rule'] | undefined;
    let length = 0;
    for (const candidate of RULES_BY_MODE.get(this.#mode) ?? []) {
      const matched = candidate.match(this.#source, at);
      if (matched > length) {
        best = candidate;
        length = matched;
      }
    }
    if (best === undefined) {
      const { line, column } = this.#place(at);
      throw new TemplateError(
        'TEMPLATE_SYNTAX',
        `unexpected character ${JSON.stringify(this.#source[at])}; it cannot continue this directive or reference`,
        { line, column },
      );
    }
    return { rule: best, length };
  }

  /**
   * Whether the backslashes at this position escape nothing. The result is stored for the whole sequence of
   * backslashes, so that long sequences take linear time.
   */
  #isPlainBackslash(at: number): boolean {
    if (at < this.#plainBackslashesEnd) return true;
    let end = at;
    while (this.#source[end] === '\\') end += 1;
    const escapesDirective =
      (end - at) % 2 === 1 && this.#mode === 'text' && DIRECTIVE_NAME(this.#source, end) > 0;
    if (this.#source[end] === '$' || escapesDirective) return false;
    this.#plainBackslashesEnd = end;
    return true;
  }

  #unfinished(start: number): TemplateError {
    return new TemplateError(
      'TEMPLATE_SYNTAX',
      'the template ends within an unfinished "$", "#", comment or "#[[" block; complete it',
      this.#place(start),
    );
  }

  #place(at: number): { readonly line: number; readonly column: number } {
    for (; this.#counted < at; this.#counted += 1) {
      const char = this.#source[this.#counted];
      if (char === '\n' || (char === '\r' && this.#source[this.#counted + 1] !== '\n')) {
        this.#line += 1;
        this.#lineStart = this.#counted + 1;
      }
    }
    return { line: this.#line, column: at - this.#lineStart + 1 };
  }

  #push(mode: LexicalMode): void {
    this.#saved.push({ mode: this.#mode, open: this.#open, closed: this.#closed });
    this.#open = 0;
    this.#mode = mode;
  }

  #pop(): boolean {
    const saved = this.#saved.pop();
    this.#mode = saved?.mode ?? 'text';
    this.#open = saved?.open ?? 0;
    if (saved !== undefined) this.#closed = saved.closed;
    return saved !== undefined;
  }

  #openComment(mode: LexicalMode): void {
    this.#inComment = true;
    this.#push(mode);
  }

  /** Runs the action of a match. Returns the token's image if it differs from the text. */
  #act(action: Action): string | undefined {
    switch (action) {
      case 'none':
        return undefined;
      case 'dot':
        this.#position -= 1;
        this.#mode = 'modifier';
        return '.';
      case 'integer':
        if (this.#source.endsWith('..', this.#position)) this.#position -= 2;
        if (this.#open === 0 && !this.#inSet && this.#mode !== 'arguments' && this.#mode !== 'index')
          this.#pop();
        return undefined;
      case 'openFormalComment':
        if (!this.#inComment) {
          this.#position -= 1;
          this.#openComment('formalComment');
        }
        return undefined;
      default:
        this.#changeMode(action);
        return undefined;
    }
  }

  #changeMode(action: Exclude<Action, 'none' | 'dot' | 'integer' | 'openFormalComment'>): void {
    switch (action) {
      case 'openIndex': {
        this.#push('index');
        return;
      }
      case 'pop':
      case 'endDirective':
        this.#pop();
        return;
      case 'closeComment':
        this.#inComment = false;
        this.#pop();
        return;
      case 'enterDirective':
        this.#mode = 'directive';
        return;
      case 'openParen':
        this.#open += 1;
        if (this.#mode === 'modifier') this.#mode = 'arguments';
        return;
      case 'closeParen': {
        this.#closeParen();
        return;
      }
      case 'closeArguments':
        this.#mode = 'reference';
        return;
      case 'literal': {
        this.#endBareArgument();
        return;
      }
      default:
        if (!this.#inComment) this.#openMode(action);
    }
  }

  #openMode(
    action:
      | 'openReference'
      | 'openDirective'
      | 'openTextblock'
      | 'openBlockComment'
      | 'openLineComment'
      | 'openSet',
  ): void {
    const leavesReference =
      this.#mode === 'reference' || (action === 'openDirective' && this.#mode === 'modifier');
    switch (action) {
      case 'openReference':
        if (leavesReference) this.#pop();
        {
          this.#push('reference');
          return;
        }
      case 'openDirective':
        if (leavesReference) this.#pop();
        {
          this.#push('preDirective');
          return;
        }
      case 'openLineComment':
        if (leavesReference) this.#pop();
        {
          this.#openComment('lineComment');
          return;
        }
      case 'openTextblock': {
        this.#openComment('textblock');
        return;
      }
      case 'openBlockComment': {
        this.#openComment('blockComment');
        return;
      }
      case 'openSet':
        this.#push('directive');
        this.#inSet = true;
        this.#open += 1;
    }
  }

  /** Ends the current directive after a literal outside of parentheses. */
  #endBareArgument(): void {
    if (this.#mode === 'arguments' || this.#mode === 'index' || this.#inSet || this.#open > 0) return;
    this.#pop();
  }

  /**
   * Leaves the modes in which no parenthesis is open. If this closes the last open parenthesis of the remaining mode,
   * leaves that mode, too; otherwise only counts the closing parenthesis.
   */
  #closeParen(): void {
    if (this.#inComment) return;
    while (this.#open === 0) if (!this.#pop()) return;
    if (this.#open === this.#closed + 1) this.#pop();
    else this.#closed += 1;
  }
}
