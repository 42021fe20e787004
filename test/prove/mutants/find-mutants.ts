/**
 * Finds small mistakes that somebody might make in a file. Each is a change of the text: of conditions, comparisons,
 * arithmetic or literals, a removed statement, or a function that returns at once.
 *
 * Parts that tests should not fix are left out: types, imports, and strings with blanks, which are wording.
 */
import { createHash } from 'node:crypto';
import ts from 'typescript';

export type Mutant = {
  /** Stays the same as long as the mutated piece is the same, even if it moves within its file. */
  readonly id: string;
  readonly file: string;
  readonly line: number;
  /** The original text and its replacement, shortened for reports. */
  readonly original: string;
  readonly replacement: string;
  readonly change: Change;
  /** Whether the mutant stands for mistakes with another text: `undefined` or an empty list for any other result. */
  readonly isStandIn: boolean;
};

/** How the choice between the original and the mutant is written into the file. */
type Change = { readonly start: number; readonly end: number } & (
  | { readonly form: 'expression'; readonly text: string }
  | { readonly form: 'statement' }
  | { readonly form: 'return' }
);

type Draft = { readonly node: ts.Node; readonly change: Change; readonly replacement: string };

const OPERATORS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    '<': ['<=', '>='],
    '<=': ['<', '>'],
    '>': ['>=', '<='],
    '>=': ['>', '<'],
    '===': ['!=='],
    '!==': ['==='],
    '&&': ['||'],
    '||': ['&&'],
    '+': ['-'],
    '-': ['+'],
    '*': ['/'],
    '/': ['*'],
    '%': ['*'],
    '+=': ['-='],
    '-=': ['+='],
  }),
);
const METHODS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    some: 'every',
    every: 'some',
    min: 'max',
    max: 'min',
    startsWith: 'endsWith',
    endsWith: 'startsWith',
  }),
);
const REMOVED = { statement: '', return: 'return at once', expression: 'undefined' } as const;
/**
 * The bodies of functions that return nothing or false. Callers cannot tell false from nothing, and another mutant
 * makes it true.
 */
const NOTHING = /^(?:undefined|false|\{\s*return (?:undefined|false);\s*\})$/;
const SHOWN_CHARS = 80;

/** Returns all mutants of a file, in the order of the text. */
export function findMutants(file: string, text: string): readonly Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const seen = new Map<string, number>();
  return draftsIn(source).map(({ node, change, replacement }) => {
    const original = node.getText();
    const what = `${file}\n${change.form}\n${original}\n${replacement}`;
    const occurrence = seen.get(what) ?? 0;
    seen.set(what, occurrence + 1);
    return {
      id: createHash('sha256').update(`${what}\n${occurrence}`).digest('hex').slice(0, 12),
      file,
      line: source.getLineAndCharacterOfPosition(change.start).line + 1,
      original: shorten(original),
      replacement: shorten(replacement),
      change,
      isStandIn: ts.isArrayLiteralExpression(node) || ts.isFunctionLike(node),
    };
  });
}

/**
 * Returns the file with all `mutants` in it. At each, `globalThis.mutant(index)` says whether this mutant is active.
 * One process can therefore try all of them without loading anything again.
 *
 * @param first the index of the first mutant, if other files have mutants too
 */
export function plantMutants(text: string, mutants: readonly Mutant[], first = 0): string {
  const pieces: { readonly at: number; readonly rank: number; readonly text: string }[] = [];
  for (const [index, { change }] of mutants.entries()) {
    const { start, end } = change;
    const isOn = `globalThis.mutant(${first + index})`;
    const width = end - start;
    // If two mutants begin at one place, the wider one comes first; if two end at one place, the narrower one.
    const open = (piece: string): void =>
      void pieces.push({ at: start, rank: 2e9 - width * 1000 + index, text: piece });
    const close = (piece: string): void =>
      void pieces.push({ at: end, rank: -1e9 + width * 1000 - index, text: piece });
    switch (change.form) {
      case 'expression':
        open(`(${isOn}?(${change.text}):(`);
        close('))');
        break;
      case 'statement':
        open(`{if(!${isOn}){`);
        close('}}');
        break;
      case 'return':
        pieces.push({ at: start, rank: 0, text: `if(${isOn})return;` });
        break;
    }
  }
  pieces.sort((one, other) => one.at - other.at || one.rank - other.rank);
  let planted = '';
  let from = 0;
  for (const piece of pieces) {
    planted += text.slice(from, piece.at) + piece.text;
    from = piece.at;
  }
  return planted + text.slice(from);
}

function draftsIn(source: ts.SourceFile): readonly Draft[] {
  const drafts: Draft[] = [];
  const replace = (node: ts.Node, text: string): void =>
    void drafts.push({
      node,
      change: { form: 'expression', start: node.getStart(), end: node.getEnd(), text },
      replacement: text,
    });
  const visit = (node: ts.Node): void => {
    if (isOutOfScope(node)) return;
    changeOperators(node, replace);
    changeConditions(node, replace);
    changeLiterals(node, replace);
    const gone = removalOf(node);
    if (gone !== undefined) drafts.push({ node, change: gone, replacement: REMOVED[gone.form] });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return drafts;
}

type Replace = (node: ts.Node, text: string) => void;

function changeOperators(node: ts.Node, replace: Replace): void {
  if (ts.isBinaryExpression(node)) {
    const { left, operatorToken, right } = node;
    const operator = operatorToken.getText();
    if (operator === '??') replace(node, left.getText());
    if (operator === '+' && (isText(left) || isText(right))) return;
    for (const other of OPERATORS.get(operator) ?? [])
      replace(node, `${left.getText()} ${other} ${right.getText()}`);
  } else if (ts.isPrefixUnaryExpression(node)) {
    const operand = node.operand.getText();
    if (node.operator === ts.SyntaxKind.ExclamationToken) replace(node, operand);
    if (node.operator === ts.SyntaxKind.MinusToken && !ts.isNumericLiteral(node.operand))
      replace(node, operand);
  } else if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    const { expression, name, questionDotToken } = node.expression;
    const other = METHODS.get(name.text);
    if (other === undefined || questionDotToken !== undefined || ts.isOptionalChain(node)) return;
    if (/^m(in|ax)$/.test(name.text) && expression.getText() !== 'Math') return;
    const callArguments = node.getText().slice(node.expression.getEnd() - node.getStart());
    replace(node, `${expression.getText()}.${other}${callArguments}`);
  }
}

function changeConditions(node: ts.Node, replace: Replace): void {
  if (ts.isIfStatement(node)) {
    replace(node.expression, 'true');
    replace(node.expression, 'false');
  } else if (ts.isConditionalExpression(node)) {
    replace(node.condition, 'true');
    replace(node.condition, 'false');
  } else if (ts.isWhileStatement(node) || ts.isDoStatement(node)) {
    replace(node.expression, 'false');
  } else if (ts.isForStatement(node) && node.condition !== undefined) {
    replace(node.condition, 'false');
  }
}

function changeLiterals(node: ts.Node, replace: Replace): void {
  if (node.kind === ts.SyntaxKind.TrueKeyword) replace(node, 'false');
  else if (node.kind === ts.SyntaxKind.FalseKeyword) replace(node, 'true');
  else if (ts.isNumericLiteral(node) && !isName(node)) replace(node, otherNumber(node));
  else if (ts.isStringLiteral(node) && !isName(node) && !/\s/.test(node.text))
    replace(node, node.text === '' ? "'mutant'" : "''");
  else if (ts.isArrayLiteralExpression(node) && node.elements.length > 0 && !isTarget(node))
    replace(node, '[]');
}

/** The next number, or the double of a duration, because no caller can tell a millisecond from a delay. */
function otherNumber(node: ts.NumericLiteral): string {
  const number = Number(node.text.replaceAll('_', ''));
  return String(isDuration(node) ? 2 * number : number + 1);
}

/** `RETRY_AFTER_MS = 1_000` and `{ waitMs: 30 * 1_000 }`, but not 0. */
function isDuration(node: ts.NumericLiteral): boolean {
  let at: ts.Node = node;
  while (ts.isBinaryExpression(at.parent) || ts.isParenthesizedExpression(at.parent)) at = at.parent;
  const { parent } = at;
  const isNamed =
    ts.isVariableDeclaration(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isParameter(parent);
  return isNamed && /(?:Ms|_MS)$/.test(parent.name.getText()) && Number(node.text) !== 0;
}

function removalOf(node: ts.Node): Change | undefined {
  if (ts.isExpressionStatement(node)) {
    if (
      ts.isCallExpression(node.expression) &&
      node.expression.expression.kind === ts.SyntaxKind.SuperKeyword
    )
      return undefined;
    return { form: 'statement', start: node.getStart(), end: node.getEnd() };
  }
  if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return undefined;
  const body = node.body as ts.Node;
  if (NOTHING.test(body.getText())) return undefined;
  if (!ts.isBlock(body))
    return { form: 'expression', start: body.getStart(), end: body.getEnd(), text: 'undefined' };
  if (body.statements.length === 0 || ts.isConstructorDeclaration(node)) return undefined;
  const start = body.getStart() + 1;
  return { form: 'return', start, end: start };
}

function isOutOfScope(node: ts.Node): boolean {
  return (
    ts.isTypeNode(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node) ||
    (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
  );
}

function isText(node: ts.Node): boolean {
  return (
    ts.isStringLiteral(node) || ts.isTemplateExpression(node) || ts.isNoSubstitutionTemplateLiteral(node)
  );
}

/** Whether the node is the name of a member, and not a value. */
function isName(node: ts.Node): boolean {
  const { parent } = node;
  return (
    ('name' in parent && parent.name === node) || ('propertyName' in parent && parent.propertyName === node)
  );
}

/** `[a, b] = …` and `for ([a] of …)`. */
function isTarget(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isArrayLiteralExpression(parent)) return isTarget(parent);
  return (
    (ts.isBinaryExpression(parent) &&
      parent.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      parent.left === node) ||
    (ts.isForOfStatement(parent) && parent.initializer === node)
  );
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > SHOWN_CHARS ? `${line.slice(0, SHOWN_CHARS)}…` : line;
}
