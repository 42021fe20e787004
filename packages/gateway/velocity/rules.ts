/** Defines Velocity 1.7's lexical rules, which are the possible tokens of each mode with their actions. */
import type { LexicalMode, TokenKind } from './tokens.ts';

/** The result of a match: a token, the start of a longer token, text to skip, or a terminator to put back. */
export type Outcome = TokenKind | 'more' | 'skip' | 'terminator';

/** The effect of a match on the lexer. */
export type Action =
  | 'none'
  | 'openReference'
  | 'openDirective'
  | 'openTextblock'
  | 'openBlockComment'
  | 'openFormalComment'
  | 'openLineComment'
  | 'openSet'
  | 'closeComment'
  | 'openIndex'
  | 'pop'
  | 'openParen'
  | 'closeParen'
  | 'closeArguments'
  | 'literal'
  | 'integer'
  | 'endDirective'
  | 'enterDirective'
  | 'dot';

/** A lexical rule. The longest match in a mode is used, or the earlier rule if two matches are equally long. */
export type Rule = {
  readonly outcome: Outcome;
  readonly modes: readonly LexicalMode[];
  /** Returns the length of the match at `at`, or 0 if there is no match. */
  readonly match: (source: string, at: number) => number;
  readonly action: Action;
};

const EVERYWHERE: readonly LexicalMode[] = [
  'text',
  'preDirective',
  'directive',
  'reference',
  'modifier',
  'arguments',
  'index',
  'lineComment',
  'formalComment',
  'blockComment',
  'textblock',
];

/** Creates a function that returns the length of an expression's match at a position. */
export function pattern(expression: RegExp): Rule['match'] {
  const sticky = new RegExp(expression.source, 'y');
  return (source, at) => {
    sticky.lastIndex = at;
    return sticky.exec(source)?.[0].length ?? 0;
  };
}

/**
 * Matches a quoted string, in which two quotes represent one quote. If the string has no end, it ends at the last
 * doubled quote.
 */
function matchString(source: string, at: number): number {
  const quote = source[at];
  if (quote !== '"' && quote !== "'") return 0;
  let doubled = 0;
  for (let end = source.indexOf(quote, at + 1); end !== -1; end = source.indexOf(quote, end + 2)) {
    if (source[end + 1] !== quote) return end + 1 - at;
    doubled = end + 1 - at;
  }
  return doubled;
}

const LINE_END = String.raw`(?:[ \t]*(?:\r\n|\n|\r))?`;

/** The rules in order of precedence. If two matches are equally long, the earlier rule is used. */
const RULES: readonly Rule[] = [
  rule('indexOpen', ['reference', 'modifier'], /\[/, 'openIndex'),
  rule('indexClose', ['index'], /\]/, 'pop'),
  rule('bracketOpen', ['directive', 'arguments'], /\[/),
  rule('bracketClose', ['directive', 'arguments'], /\]/),
  rule('comma', ['directive', 'arguments'], /,/),
  rule('doubleDot', ['directive', 'arguments'], /\.\./),
  rule('colon', ['directive', 'arguments'], /:/),
  rule('curlyOpen', ['directive', 'arguments'], /\{/),
  rule('curlyClose', ['directive', 'arguments'], /\}/),
  rule('parenOpen', ['directive', 'modifier'], /\(/, 'openParen'),
  rule('parenClose', ['directive'], new RegExp(String.raw`\)${LINE_END}`), 'closeParen'),
  rule('argumentsClose', ['arguments'], /\)/, 'closeArguments'),
  rule('escapedDirective', ['text'], /(?:\\\\)*\\#(?:[A-Za-z_@][\w@]*|\{[A-Za-z_][\w@]*\})/),
  rule('set', ['text', 'reference', 'modifier', 'arguments'], /[ \t]*(?:#set|#\{set\}) *\(/, 'openSet'),
  rule('more', EVERYWHERE, /\\*\$/, 'openReference'),
  rule('more', EVERYWHERE, /\\*\$\\*!/, 'openReference'),
  rule('more', EVERYWHERE, /#\[\[/, 'openTextblock'),
  rule('more', EVERYWHERE, /#\*\*[^#]/, 'openFormalComment'),
  rule('more', EVERYWHERE, /#\*/, 'openBlockComment'),
  rule('more', EVERYWHERE, /#/, 'openDirective'),
  rule('lineCommentStart', ['text', 'preDirective', 'directive', 'reference'], /##/, 'openLineComment'),
  rule('doubleEscape', ['text'], /\\\\/),
  rule('text', ['text'], /[^$#\\]+/),
  rule('lineCommentEnd', ['lineComment'], /\r\n|\n|\r/, 'closeComment'),
  rule('blockComment', ['formalComment', 'blockComment'], /\*#/, 'closeComment'),
  rule('textblock', ['textblock'], /\]\]#/, 'closeComment'),
  // Velocity skips these characters one by one. This rule skips several characters at once.
  rule('skip', ['lineComment', 'formalComment', 'blockComment'], /[^$#\\*\r\n]+|[^]/),
  rule('more', ['textblock'], /[^$#\\\]]+|[^]/),
  rule('whitespace', ['directive', 'arguments', 'index'], /[ \t\n\r]+/),
  { outcome: 'string', modes: ['directive', 'arguments', 'index'], match: matchString, action: 'literal' },
  rule('true', ['reference', 'directive', 'modifier', 'arguments', 'index'], /true/),
  rule('false', ['reference', 'directive', 'modifier', 'arguments', 'index'], /false/),
  rule('minus', ['directive'], /-/),
  rule('plus', ['directive'], /\+/),
  rule('multiply', ['directive'], /\*/),
  rule('divide', ['directive'], /\//),
  rule('modulo', ['directive'], /%/),
  rule('and', ['directive'], /&&|and/),
  rule('or', ['directive'], /\|\||or/),
  rule('lt', ['directive'], /<|lt/),
  rule('le', ['directive'], /<=|le/),
  rule('gt', ['directive'], />|gt/),
  rule('ge', ['directive'], />=|ge/),
  rule('eq', ['directive'], /==|eq/),
  rule('ne', ['directive'], /!=|ne/),
  rule('not', ['directive'], /!|not/),
  rule('assign', ['directive'], /=/),
  rule('end', ['preDirective'], new RegExp(`(?:end|\\{end\\})${LINE_END}`), 'endDirective'),
  rule('if', ['preDirective'], /if|\{if\}/, 'enterDirective'),
  rule('elseif', ['preDirective'], /elseif|\{elseif\}/, 'enterDirective'),
  rule('else', ['preDirective'], new RegExp(`(?:else|\\{else\\})${LINE_END}`), 'endDirective'),
  rule('integer', ['preDirective', 'directive', 'arguments', 'index'], /-?\d+(?:\.\.)?/, 'integer'),
  rule(
    'float',
    ['preDirective', 'directive', 'arguments', 'index'],
    /-?\d+\.\d*(?:[eE][+-]?\d+)?|-?\.\d+(?:[eE][+-]?\d+)?|-?\d+[eE][+-]?\d+/,
    'literal',
  ),
  rule('word', ['preDirective', 'directive'], /[A-Za-z_@][\w@]*/),
  rule('bracketedWord', ['preDirective', 'directive'], /\{[A-Za-z_][\w@]*\}/),
  rule('identifier', ['reference', 'modifier', 'arguments'], /[A-Za-z_][\w-]*/),
  rule('dot', ['reference', 'modifier', 'arguments'], /\.[A-Za-z]/, 'dot'),
  rule('refOpen', ['reference', 'modifier'], /\{/),
  rule('refClose', ['reference', 'modifier'], /\}/, 'pop'),
  rule('terminator', ['reference', 'modifier', 'preDirective'], /[^]/, 'pop'),
  rule('emptyIndex', ['text', 'reference'], /\$\[|\$!\[|\$\\!\[|\$\./),
];

function rule(
  outcome: Outcome,
  modes: readonly LexicalMode[],
  expression: RegExp,
  action: Action = 'none',
): Rule {
  return { outcome, modes, match: pattern(expression), action };
}

/** The rules of each mode, in order of precedence. */
export const RULES_BY_MODE = new Map(
  EVERYWHERE.map((mode) => [mode, RULES.filter((each) => each.modes.includes(mode))]),
);
