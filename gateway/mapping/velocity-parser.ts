/**
 * Velocity 1.7's grammar: tokens to a tree. It looks ahead no further than the original does, since
 * reading a token may change the lexer's mode.
 */
import { TemplateError } from './template-error.ts';
import type {
  BinaryOperator,
  Block,
  Branch,
  Expression,
  Reference,
  ReferencePart,
  Statement,
} from './velocity-ast.ts';
import { VelocityLexer } from './velocity-lexer.ts';
import type { Span, Token, TokenKind } from './velocity-tokens.ts';

/** How deep blocks, parentheses, literals and strings in strings may be nested: a deeper template would exhaust the stack. */
export const MAX_TEMPLATE_DEPTH = 100;

const MAX_EXPRESSION_HEIGHT = 500;

const BLOCK_DIRECTIVES = new Set(['foreach', 'macro', 'literal', 'define']);
const LINE_DIRECTIVES = new Set(['break', 'stop']);
const REFUSED_DIRECTIVES = new Set(['include', 'parse', 'evaluate']);
const CONTROL_WORDS = new Set(['if', 'end', 'set', 'else', 'elseif']);

const TEXT_KINDS: ReadonlySet<TokenKind> = new Set([
  'text',
  'dot',
  'parenClose',
  'parenOpen',
  'integer',
  'float',
  'string',
  'escape',
  'refOpen',
  'refClose',
  'emptyIndex',
]);

const COMMENT_KINDS: ReadonlySet<TokenKind> = new Set(['lineCommentStart', 'blockComment']);

/** Binary operators by binding strength, weakest first. */
const PRECEDENCE: readonly (readonly TokenKind[])[] = [
  ['or'],
  ['and'],
  ['eq', 'ne'],
  ['lt', 'gt', 'le', 'ge'],
  ['plus', 'minus'],
  ['multiply', 'divide', 'modulo'],
];

const LITERAL_KINDS = {
  string: 'string',
  integer: 'integer',
  float: 'float',
  true: 'true',
  false: 'false',
} as const;

function isLiteral(kind: TokenKind): kind is keyof typeof LITERAL_KINDS {
  return Object.hasOwn(LITERAL_KINDS, kind);
}

function isOperator(kind: TokenKind): kind is BinaryOperator {
  return PRECEDENCE.some((level) => level.includes(kind));
}

/**
 * Parses a template.
 * @param macros names defined so far; those that the template defines are added. They decide whether
 * `\#name` is an escape.
 * @throws TemplateError TEMPLATE_SYNTAX, or TEMPLATE_REFUSED for depth and directives AWS has not.
 */
export function parseVelocity(source: string, macros: Set<string>, depth: number): Block {
  return new Parser(new VelocityLexer(source), macros, depth).parse();
}

class Parser {
  readonly #lexer: VelocityLexer;
  readonly #macros: Set<string>;
  readonly #heights = new WeakMap<Expression, number>();
  #depth: number;
  #token: Token;

  constructor(lexer: VelocityLexer, macros: Set<string>, depth: number) {
    this.#lexer = lexer;
    this.#macros = macros;
    this.#depth = depth;
    // Stands before the first token, so that "the token last consumed" always exists.
    this.#token = { kind: 'text', image: '', line: 1, column: 1, skipped: [], next: undefined };
  }

  parse(): Block {
    const block = this.#block();
    this.#take('eof', 'the end of the template');
    return block;
  }

  /** The token `ahead` after the last consumed one. */
  #peek(ahead = 1): Token {
    let token = this.#token;
    for (let step = 0; step < ahead; step += 1) token = token.next ??= this.#lexer.next();
    return token;
  }

  #is(kind: TokenKind): boolean {
    return this.#peek().kind === kind;
  }

  #advance(): Token {
    this.#token = this.#peek();
    return this.#token;
  }

  #skip(kind: TokenKind): boolean {
    const found = this.#is(kind);
    if (found) this.#advance();
    return found;
  }

  #take(kind: TokenKind, expected: string): Token {
    return this.#is(kind) ? this.#advance() : this.#fail(expected);
  }

  #fail(expected: string): never {
    const { kind, image, line, column } = this.#peek();
    const found = kind === 'eof' ? 'the end of the template' : JSON.stringify(image.slice(0, 40));
    throw new TemplateError('TEMPLATE_SYNTAX', `unexpected ${found}; expected ${expected}`, { line, column });
  }

  #nested<Result>(read: () => Result): Result {
    this.#depth += 1;
    if (this.#depth > MAX_TEMPLATE_DEPTH) {
      const { line, column } = this.#peek();
      const message = `nested deeper than ${MAX_TEMPLATE_DEPTH} levels; expected a flatter template`;
      throw new TemplateError('TEMPLATE_REFUSED', message, { line, column });
    }
    const result = read();
    this.#depth -= 1;
    return result;
  }

  #spanFrom(first: Token): Span {
    return { first, last: this.#token };
  }

  #block(): Block {
    return this.#nested(() => {
      const first = this.#peek();
      const statements: Statement[] = [];
      for (let next = this.#statement(); next !== undefined; next = this.#statement()) statements.push(next);
      return { kind: 'block', statements, ...this.#spanFrom(first) };
    });
  }

  /** The next statement, or undefined where the block ends. */
  #statement(): Statement | undefined {
    const first = this.#peek();
    if (this.#startsReference()) return this.#reference();
    if (TEXT_KINDS.has(first.kind)) return this.#single('text');
    if (COMMENT_KINDS.has(first.kind)) return this.#comment();
    switch (first.kind) {
      case 'if':
        return this.#if();
      case 'set':
        return this.#set();
      case 'textblock':
        return this.#single('textblock');
      case 'escapedDirective':
        return { ...this.#single('text'), kind: 'escaped', text: this.#unescapeDirective(first.image) };
      case 'doubleEscape':
        return this.#escapes();
      case 'word':
      case 'bracketedWord':
        return this.#directive();
      default:
        return undefined;
    }
  }

  #single<Kind extends 'text' | 'textblock' | 'comment'>(kind: Kind): Span & { readonly kind: Kind } {
    const first = this.#advance();
    return { kind, first, last: first };
  }

  #comment(): Statement {
    const comment = this.#single('comment');
    if (comment.first.kind === 'lineCommentStart') this.#skip('lineCommentEnd');
    return comment;
  }

  /** `\\#if` is `\` and the directive; before anything that is no directive the backslashes stay. */
  #escapes(): Statement {
    const first = this.#peek();
    let count = 0;
    while (this.#skip('doubleEscape')) count += 1;
    const { kind, image } = this.#peek();
    const isControl =
      kind === 'if' ||
      kind === 'else' ||
      kind === 'elseif' ||
      kind === 'end' ||
      this.#isDirective(image.slice(1));
    return { kind: 'escaped', text: (isControl ? '\\' : '\\\\').repeat(count), ...this.#spanFrom(first) };
  }

  #isDirective(name: string): boolean {
    return (
      BLOCK_DIRECTIVES.has(name) ||
      LINE_DIRECTIVES.has(name) ||
      REFUSED_DIRECTIVES.has(name) ||
      this.#macros.has(name)
    );
  }

  /** `\#if` loses its backslash where `if` is a directive or macro, and is text otherwise. */
  #unescapeDirective(image: string): string {
    const slash = image.lastIndexOf('\\');
    const directive = image.slice(slash + 1);
    const name = directive.startsWith('#{') ? directive.slice(2, -1) : directive.slice(1);
    if (!this.#isDirective(name) && !CONTROL_WORDS.has(name)) return image;
    return image.slice(0, Math.floor(slash / 2)) + directive;
  }

  #startsReference(): boolean {
    const { kind } = this.#peek();
    return kind === 'identifier' || (kind === 'refOpen' && this.#peek(2).kind === 'identifier');
  }

  #reference(): Reference {
    return this.#nested(() => {
      const first = this.#peek();
      const isFormal = this.#skip('refOpen');
      this.#take('identifier', 'the name of a reference');
      const parts: ReferencePart[] = [];
      this.#indexes(parts);
      while (this.#is('dot') && this.#peek(2).kind === 'identifier') {
        this.#advance();
        parts.push(this.#member());
        this.#indexes(parts);
      }
      if (isFormal) this.#take('refClose', '"}" to end the reference');
      return { kind: 'reference', parts, ...this.#spanFrom(first) };
    });
  }

  #indexes(parts: ReferencePart[]): void {
    while (this.#is('indexOpen')) {
      const first = this.#advance();
      this.#skip('whitespace');
      const index = this.#indexValue();
      this.#skip('whitespace');
      this.#take('indexClose', '"]" to end the index');
      parts.push({ kind: 'index', index, first });
    }
  }

  #indexValue(): Expression {
    const { kind } = this.#peek();
    if (this.#startsReference()) return this.#reference();
    if (isLiteral(kind) && kind !== 'float') return this.#literal(kind);
    return this.#fail('a string, an integer, a boolean or a reference as index');
  }

  #member(): ReferencePart {
    const first = this.#advance();
    const name = first.image;
    if (!this.#is('parenOpen') || !this.#mayBeginArguments(this.#peek(2).kind))
      return { kind: 'property', name, first };
    this.#advance();
    const args = this.#is('argumentsClose') ? [] : this.#parameters();
    this.#take('argumentsClose', '")" or "," after the argument of a method');
    return { kind: 'method', name, args, first };
  }

  #mayBeginArguments(kind: TokenKind): boolean {
    return (
      isLiteral(kind) ||
      kind === 'argumentsClose' ||
      kind === 'whitespace' ||
      kind === 'identifier' ||
      kind === 'refOpen' ||
      kind === 'bracketOpen' ||
      kind === 'curlyOpen'
    );
  }

  #parameters(): Expression[] {
    const parameters = [this.#parameter()];
    while (this.#skip('comma')) parameters.push(this.#parameter());
    return parameters;
  }

  #parameter(): Expression {
    this.#skip('whitespace');
    const value =
      this.#simpleValue() ?? this.#fail('a string, number, boolean, list, map, range or reference');
    this.#skip('whitespace');
    return value;
  }

  /** What may stand as an argument: everything but operators and parentheses. */
  #simpleValue(): Expression | undefined {
    const { kind } = this.#peek();
    if (isLiteral(kind)) return this.#literal(kind);
    if (this.#startsReference()) return this.#reference();
    if (kind === 'bracketOpen') return this.#nested(() => this.#listOrRange());
    if (kind === 'curlyOpen') return this.#nested(() => this.#map());
    return undefined;
  }

  #literal(kind: keyof typeof LITERAL_KINDS): Expression {
    const first = this.#advance();
    return { kind, first, last: first };
  }

  #listOrRange(): Expression {
    const first = this.#advance();
    if (this.#skip('bracketClose')) return { kind: 'list', items: [], ...this.#spanFrom(first) };
    const item = this.#parameter();
    if ((item.kind === 'reference' || item.kind === 'integer') && this.#skip('doubleDot')) {
      const to = this.#parameter();
      if (to.kind !== 'reference' && to.kind !== 'integer')
        this.#fail('an integer or a reference after ".."');
      this.#take('bracketClose', '"]" to end the range');
      return { kind: 'range', from: item, to, ...this.#spanFrom(first) };
    }
    const items = [item];
    while (this.#skip('comma')) items.push(this.#parameter());
    this.#take('bracketClose', '"]" or "," after an item of a list');
    return { kind: 'list', items, ...this.#spanFrom(first) };
  }

  #map(): Expression {
    const first = this.#advance();
    const entries: (readonly [Expression, Expression])[] = [];
    this.#skip('whitespace');
    if (!this.#is('curlyClose') && !this.#is('refClose')) {
      do {
        const key = this.#parameter();
        this.#take('colon', '":" after the key of a map');
        entries.push([key, this.#parameter()]);
      } while (this.#skip('comma'));
    }
    // The brace is a different token after a reference, whose mode it also ends.
    if (!this.#skip('curlyClose')) this.#take('refClose', '"}" or "," after an entry of a map');
    return { kind: 'map', entries, ...this.#spanFrom(first) };
  }

  #set(): Statement {
    const first = this.#advance();
    this.#skip('whitespace');
    if (!this.#startsReference()) this.#fail('a reference to set');
    const target = this.#reference();
    this.#skip('whitespace');
    this.#take('assign', '"=" after the reference of #set');
    const value = this.#expression();
    this.#take('parenClose', '")" to end #set');
    this.#lexer.leaveSet();
    return { kind: 'set', target, value, ...this.#spanFrom(first) };
  }

  #if(): Statement {
    const first = this.#peek();
    const branches: Branch[] = [];
    do {
      this.#advance();
      this.#skip('whitespace');
      this.#take('parenOpen', '"(" after #if or #elseif');
      const condition = this.#expression();
      this.#take('parenClose', '")" to end the condition');
      branches.push({ condition, block: this.#block() });
    } while (this.#is('elseif'));
    const otherwise = this.#skip('else') ? this.#block() : undefined;
    this.#take('end', '#end, #else or #elseif');
    return { kind: 'if', branches, otherwise, ...this.#spanFrom(first) };
  }

  #expression(): Expression {
    return this.#nested(() => {
      const first = this.#peek();
      const inner = this.#binary(0);
      return this.#measured({ kind: 'group', inner, ...this.#spanFrom(first) }, [inner]);
    });
  }

  #binary(level: number): Expression {
    const operators = PRECEDENCE[level];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    for (let { kind } = this.#peek(); operators.includes(kind) && isOperator(kind); { kind } = this.#peek()) {
      this.#advance();
      // Velocity's literal of an operation is that of its right side.
      const first = this.#peek();
      const right = this.#binary(level + 1);
      const operands = [left, right];
      left = this.#measured(
        { kind: 'binary', operator: kind, left, right, ...this.#spanFrom(first) },
        operands,
      );
    }
    return left;
  }

  #unary(): Expression {
    const isNot = this.#is('not') || (this.#is('whitespace') && this.#peek(2).kind === 'not');
    if (!isNot) return this.#primary();
    return this.#nested(() => {
      this.#skip('whitespace');
      this.#advance();
      const first = this.#peek();
      const operand = this.#unary();
      return this.#measured({ kind: 'not', operand, ...this.#spanFrom(first) }, [operand]);
    });
  }

  /** A chain of operators is a tree as deep as the chain is long, so its height is bounded as nesting is. */
  #measured(expression: Expression, operands: readonly Expression[]): Expression {
    const height = 1 + Math.max(...operands.map((operand) => this.#heights.get(operand) ?? 0));
    if (height > MAX_EXPRESSION_HEIGHT) this.#fail(`at most ${MAX_EXPRESSION_HEIGHT} operators in a row`);
    this.#heights.set(expression, height);
    return expression;
  }

  #primary(): Expression {
    this.#skip('whitespace');
    const value = this.#simpleValue() ?? this.#parenthesized();
    this.#skip('whitespace');
    return value;
  }

  #parenthesized(): Expression {
    this.#take('parenOpen', 'a value, a reference or "("');
    const inner = this.#expression();
    this.#take('parenClose', '")"');
    return inner;
  }

  #directive(): Statement {
    const first = this.#advance();
    const name = first.kind === 'bracketedWord' ? first.image.slice(2, -1) : first.image.slice(1);
    const place = { line: first.line, column: first.column };
    if (REFUSED_DIRECTIVES.has(name)) {
      throw new TemplateError('TEMPLATE_REFUSED', `#${name} is not available in mapping templates`, place);
    }
    this.#lexer.enterDirective();
    if (!this.#lexer.isParenthesisNext()) {
      if (name === 'macro')
        throw new TemplateError('TEMPLATE_SYNTAX', 'expected "(" and a name after #macro', place);
      this.#lexer.leaveDirective();
      return { kind: 'directive', name, args: [], block: undefined, first, last: first };
    }
    this.#skip('whitespace');
    this.#take('parenOpen', '"("');
    const args = this.#directiveArguments(name);
    this.#take('parenClose', `")" to end the arguments of #${name}`);
    if (!BLOCK_DIRECTIVES.has(name) && !name.startsWith('@')) {
      return { kind: 'directive', name, args, block: undefined, ...this.#spanFrom(first) };
    }
    const block = this.#block();
    this.#take('end', `#end of #${name}`);
    const macroName = args[0];
    if (name === 'macro' && macroName === undefined) this.#fail('a name as first argument of #macro');
    if (name === 'macro' && macroName !== undefined) this.#macros.add(macroName.first.image);
    return { kind: 'directive', name, args, block, ...this.#spanFrom(first) };
  }

  #directiveArguments(name: string): Expression[] {
    const args: Expression[] = [];
    for (;;) {
      this.#skip('whitespace');
      if (this.#is('parenClose')) return args;
      if (this.#skip('comma')) this.#skip('whitespace');
      args.push(this.#directiveArgument(name, args.length));
    }
  }

  #directiveArgument(directive: string, position: number): Expression {
    const first = this.#peek();
    const mustBeWord = directive === 'macro' && position === 0;
    if (!this.#is('word')) {
      if (mustBeWord) this.#fail("the macro's name, without quotes");
      return this.#simpleValue() ?? this.#fail('an argument or ")"');
    }
    const isKnown = BLOCK_DIRECTIVES.has(directive) || LINE_DIRECTIVES.has(directive);
    const mayBeWord = mustBeWord || !isKnown || (directive === 'foreach' && position === 1);
    if (!mayBeWord) this.#fail(`a value, not a word, as argument ${position + 1} of #${directive}`);
    this.#advance();
    return { kind: 'word', first, last: first };
  }
}
