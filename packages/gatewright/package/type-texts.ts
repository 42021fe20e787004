import ts from 'typescript';
import { asTyped } from '../../base/terminal/typed-commands.ts';

/**
 * Changes the commands in the texts of a bundled program to what has to be typed where the package is installed. The
 * rest of the program stays as it is. A text is changed without its quotes, because a command in quotes that belong to
 * a text is not changed.
 */
export function typeTexts(program: string): string {
  const changed: string[] = [];
  let end = 0;
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) || ts.isTemplateLiteralToken(node)) {
      const [from, to] = [node.getStart() + 1, node.getEnd() - 1];
      changed.push(program.slice(end, from), asTyped(program.slice(from, to), true));
      end = to;
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('page.js', program, ts.ScriptTarget.Latest, true));
  return [...changed, program.slice(end)].join('');
}
