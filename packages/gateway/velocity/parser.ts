/**
 * Implements Velocity 1.7's grammar, which parses tokens to a tree. It looks ahead exactly as far as the original,
 * because reading a token may change the lexer's mode.
 */
import { TemplateError } from './java/template-error.ts';
import type { Block, Branch, Expression, Statement } from './ast.ts';
import { ExpressionParser } from './expression-parser.ts';
import { VelocityLexer } from './lexer.ts';
import { TokenReader } from './token-reader.ts';
import type { Span, TokenKind } from './tokens.ts';

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

/**
 * Parses a template.
 * @param macros the names of the macros defined so far. The macros of the template are added. These names determine
 * whether `\#name` is an escape.
 * @throws TemplateError TEMPLATE_SYNTAX if the text is not Velocity, or TEMPLATE_REFUSED if it is nested too deeply or
 * uses directives that AWS does not have.
 */
export function parseVelocity(source: string, macros: Set<string>, depth: number): Block {
  return new StatementParser(new VelocityLexer(source), macros, depth).parse();
}

class StatementParser {
  readonly #lexer: VelocityLexer;
  readonly #tokens: TokenReader;
  readonly #expressions: ExpressionParser;
  readonly #macros: Set<string>;

  constructor(lexer: VelocityLexer, macros: Set<string>, depth: number) {
    this.#lexer = lexer;
    this.#tokens = new TokenReader(lexer, depth);
    this.#expressions = new ExpressionParser(this.#tokens);
    this.#macros = macros;
  }

  parse(): Block {
    const block = this.#block();
    this.#tokens.take('eof', 'the end of the template');
    return block;
  }

  #block(): Block {
    return this.#tokens.nested(() => {
      const first = this.#tokens.peek();
      const statements: Statement[] = [];
      for (let next = this.#statement(); next !== undefined; next = this.#statement()) statements.push(next);
      return { kind: 'block', statements, ...this.#tokens.spanFrom(first) };
    });
  }

  /** Parses the next statement; undefined at the end of the block. */
  #statement(): Statement | undefined {
    const first = this.#tokens.peek();
    if (this.#expressions.startsReference()) return this.#expressions.reference();
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
    const first = this.#tokens.advance();
    return { kind, first, last: first };
  }

  #comment(): Statement {
    const comment = this.#single('comment');
    if (comment.first.kind === 'lineCommentStart') this.#tokens.skip('lineCommentEnd');
    return comment;
  }

  /**
   * Parses pairs of backslashes. Each `\\` before a directive becomes `\`. Before any other text, it is not changed.
   */
  #escapes(): Statement {
    const first = this.#tokens.peek();
    let count = 0;
    while (this.#tokens.skip('doubleEscape')) count += 1;
    const { kind, image } = this.#tokens.peek();
    const isControl =
      kind === 'if' ||
      kind === 'else' ||
      kind === 'elseif' ||
      kind === 'end' ||
      this.#isDirective(image.slice(1));
    return {
      kind: 'escaped',
      text: (isControl ? '\\' : '\\\\').repeat(count),
      ...this.#tokens.spanFrom(first),
    };
  }

  #isDirective(name: string): boolean {
    return (
      BLOCK_DIRECTIVES.has(name) ||
      LINE_DIRECTIVES.has(name) ||
      REFUSED_DIRECTIVES.has(name) ||
      this.#macros.has(name)
    );
  }

  /**
   * Removes the backslash of an escaped directive or macro such as `\#if`. If there is no directive or macro of this
   * name, the text is not changed.
   */
  #unescapeDirective(image: string): string {
    const slash = image.lastIndexOf('\\');
    const directive = image.slice(slash + 1);
    const name = directive.startsWith('#{') ? directive.slice(2, -1) : directive.slice(1);
    if (!this.#isDirective(name) && !CONTROL_WORDS.has(name)) return image;
    return image.slice(0, Math.floor(slash / 2)) + directive;
  }

  #set(): Statement {
    const first = this.#tokens.advance();
    this.#tokens.skip('whitespace');
    if (!this.#expressions.startsReference()) this.#tokens.fail('a reference as the target of #set');
    const target = this.#expressions.reference();
    this.#tokens.skip('whitespace');
    this.#tokens.take('assign', '"=" after the reference of #set');
    const value = this.#expressions.expression();
    this.#tokens.take('parenClose', '")" to end #set');
    this.#lexer.leaveSet();
    return { kind: 'set', target, value, ...this.#tokens.spanFrom(first) };
  }

  #if(): Statement {
    const first = this.#tokens.peek();
    const branches: Branch[] = [];
    do {
      this.#tokens.advance();
      this.#tokens.skip('whitespace');
      this.#tokens.take('parenOpen', '"(" after #if or #elseif');
      const condition = this.#expressions.expression();
      this.#tokens.take('parenClose', '")" to end the condition');
      branches.push({ condition, block: this.#block() });
    } while (this.#tokens.is('elseif'));
    const otherwise = this.#tokens.skip('else') ? this.#block() : undefined;
    this.#tokens.take('end', '#end, #else or #elseif');
    return { kind: 'if', branches, otherwise, ...this.#tokens.spanFrom(first) };
  }

  #directive(): Statement {
    const first = this.#tokens.advance();
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
    this.#tokens.skip('whitespace');
    this.#tokens.take('parenOpen', '"("');
    const args = this.#directiveArguments(name);
    this.#tokens.take('parenClose', `")" to end the arguments of #${name}`);
    if (!BLOCK_DIRECTIVES.has(name) && !name.startsWith('@')) {
      return { kind: 'directive', name, args, block: undefined, ...this.#tokens.spanFrom(first) };
    }
    const block = this.#block();
    this.#tokens.take('end', `#end of #${name}`);
    const macroName = args[0];
    if (name === 'macro' && macroName === undefined)
      this.#tokens.fail('a name as the first argument of #macro');
    if (name === 'macro' && macroName !== undefined) this.#macros.add(macroName.first.image);
    return { kind: 'directive', name, args, block, ...this.#tokens.spanFrom(first) };
  }

  #directiveArguments(name: string): Expression[] {
    const args: Expression[] = [];
    for (;;) {
      this.#tokens.skip('whitespace');
      if (this.#tokens.is('parenClose')) return args;
      if (this.#tokens.skip('comma')) this.#tokens.skip('whitespace');
      args.push(this.#directiveArgument(name, args.length));
    }
  }

  #directiveArgument(directive: string, position: number): Expression {
    const first = this.#tokens.peek();
    const mustBeWord = directive === 'macro' && position === 0;
    if (!this.#tokens.is('word')) {
      if (mustBeWord) this.#tokens.fail("the macro's name, without quotes");
      return this.#expressions.simpleValue() ?? this.#tokens.fail('an argument or ")"');
    }
    const isKnown = BLOCK_DIRECTIVES.has(directive) || LINE_DIRECTIVES.has(directive);
    const mayBeWord = mustBeWord || !isKnown || (directive === 'foreach' && position === 1);
    if (!mayBeWord)
      this.#tokens.fail(`a value instead of a bare word as argument ${position + 1} of #${directive}`);
    this.#tokens.advance();
    return { kind: 'word', first, last: first };
  }
}
