/** Reads tokens, exported names and imports from a source file with TypeScript's own parser and scanner. */
import ts from 'typescript';

/** The imported names. `*` means all names, which `import * as x` and `import()` may use. */
type Import = { readonly specifier: string; readonly names: readonly string[] };

export type SourceModule = {
  /** The path relative to the root of the tree, with `/`. */
  readonly path: string;
  readonly tokens: number;
  readonly exports: readonly string[];
  readonly imports: readonly Import[];
  /** Whether nothing remains after types are stripped. */
  readonly isTypesOnly: boolean;
  readonly lines: number;
  /** Lines that contain only the spread of an object or array literal. */
  readonly spreadLines: number;
  readonly text: string;
  /** Returns how often a name occurs in the code. */
  readonly count: (name: string) => number;
};

export function readModule(path: string, text: string): SourceModule {
  const file = parse(path, text);
  return {
    path,
    // The tokens are counted only on request, because few callers need them, and counting takes longer than everything
    // else.
    get tokens() {
      const fresh = parse(path, text);
      return countTokens(fresh, fresh);
    },
    exports: file.statements.flatMap(exportedNames),
    imports: findImports(file),
    isTypesOnly: file.statements.every(isErased),
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    get spreadLines() {
      return countSpreadLines(file, file);
    },
    text,
    count: (name) => countIdentifiers(file, name),
  };
}

function parse(path: string, text: string): ts.SourceFile {
  // Parsing does not set links to parent nodes, which no function in this file needs. This saves a third of the time.
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
}

/** Counts the tokens. Comments and white space are not tokens. */
function countTokens(node: ts.Node, file: ts.SourceFile): number {
  if (node.kind >= ts.SyntaxKind.FirstJSDocNode && node.kind <= ts.SyntaxKind.LastJSDocNode) return 0;
  const children = node.getChildren(file);
  if (children.length > 0) return children.reduce((sum, child) => sum + countTokens(child, file), 0);
  return ts.isToken(node) && node.getWidth(file) > 0 ? 1 : 0;
}

function countSpreadLines(node: ts.Node, file: ts.SourceFile): number {
  let count = isSpreadLine(node, file) ? 1 : 0;
  ts.forEachChild(node, (child) => {
    count += countSpreadLines(child, file);
  });
  return count;
}

function isSpreadLine(node: ts.Node, file: ts.SourceFile): boolean {
  if (!ts.isSpreadAssignment(node) && !ts.isSpreadElement(node)) return false;
  let literal = node.expression;
  while (ts.isParenthesizedExpression(literal) || ts.isAsExpression(literal)) literal = literal.expression;
  if (!ts.isObjectLiteralExpression(literal) && !ts.isArrayLiteralExpression(literal)) return false;
  const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
  const [from, to] = [file.getLineStarts()[line], file.getLineStarts()[line + 1]];
  return file.text.slice(from, to).trim().replace(/,$/, '') === node.getText(file);
}

function countIdentifiers(node: ts.Node, name: string): number {
  if (ts.isIdentifier(node)) return node.text === name ? 1 : 0;
  let count = 0;
  ts.forEachChild(node, (child) => {
    count += countIdentifiers(child, name);
  });
  return count;
}

function modifiersOf(node: ts.Node): ReadonlySet<ts.SyntaxKind> {
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
  return new Set(modifiers?.map(({ kind }) => kind));
}

function exportedNames(statement: ts.Statement): readonly string[] {
  if (ts.isExportAssignment(statement)) return ['default'];
  if (ts.isExportDeclaration(statement)) {
    const { exportClause } = statement;
    if (exportClause === undefined) return [];
    return ts.isNamedExports(exportClause)
      ? exportClause.elements.map(({ name }) => name.text)
      : [exportClause.name.text];
  }
  const modifiers = modifiersOf(statement);
  if (!modifiers.has(ts.SyntaxKind.ExportKeyword)) return [];
  if (modifiers.has(ts.SyntaxKind.DefaultKeyword)) return ['default'];
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name));
  const { name } = statement as ts.DeclarationStatement;
  return name === undefined ? [] : [name.text];
}

function boundNames(name: ts.BindingName): readonly string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? boundNames(element.name) : []));
}

function isErased(statement: ts.Statement): boolean {
  if (ts.isTypeAliasDeclaration(statement) || ts.isInterfaceDeclaration(statement)) return true;
  if (ts.isExportDeclaration(statement)) return statement.isTypeOnly;
  // An import counts as erased here, because the rest of the file shows whether its names are used as values.
  return ts.isImportDeclaration(statement) || modifiersOf(statement).has(ts.SyntaxKind.DeclareKeyword);
}

function findImports(file: ts.SourceFile): readonly Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, names: readonly string[]): void => {
    if (specifier !== undefined && ts.isStringLiteralLike(specifier))
      found.push({ specifier: specifier.text, names });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, importedNames(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, reexportedNames(node.exportClause));
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], ['*']);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, [firstNameOf(node.qualifier) ?? '*']);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function importedNames(clause: ts.ImportClause | undefined): readonly string[] {
  if (clause === undefined) return [];
  const names = clause.name === undefined ? [] : ['default'];
  const bindings = clause.namedBindings;
  if (bindings === undefined) return names;
  if (ts.isNamespaceImport(bindings)) return [...names, '*'];
  return [...names, ...bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text)];
}

function reexportedNames(clause: ts.NamedExportBindings | undefined): readonly string[] {
  if (clause === undefined || !ts.isNamedExports(clause)) return ['*'];
  return clause.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
}

function firstNameOf(qualifier: ts.EntityName | undefined): string | undefined {
  if (qualifier === undefined) return undefined;
  return ts.isIdentifier(qualifier) ? qualifier.text : firstNameOf(qualifier.left);
}
