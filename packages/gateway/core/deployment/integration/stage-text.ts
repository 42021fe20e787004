import type { StageText } from '../model.ts';

const REFERENCE = /\$\{stageVariables\.([A-Za-z0-9_]+)\}/g;

/**
 * Compiles text with `${stageVariables.name}`. An undefined variable is replaced with an empty string, as on AWS. The
 * call then usually fails with 500.
 * @see developer guide, "Using stage variables"
 */
export function compileStageText(source: string): StageText {
  const names = variablesIn(source);
  if (names.length === 0) return { source, render: () => source };
  const literals = source.split(/\$\{stageVariables\.[A-Za-z0-9_]+\}/);
  return {
    source,
    render(variables) {
      let text = literals[0] ?? '';
      for (const [index, name] of names.entries()) {
        const value = variables !== null && Object.hasOwn(variables, name) ? variables[name] : undefined;
        text += (value ?? '') + (literals[index + 1] ?? '');
      }
      return text;
    },
  };
}

/** Returns the names of the stage variables in a text, in their order. */
export function variablesIn(source: string): readonly string[] {
  return [...source.matchAll(REFERENCE)].map((match) => match[1] ?? '');
}

/**
 * Returns a text that applies `change` to its rendered result. If the text has no variables, `change` runs only once.
 */
export function mapStageText(text: StageText, change: (rendered: string) => string): StageText {
  if (!text.source.includes('${stageVariables.')) {
    const constant = change(text.source);
    return { source: constant, render: () => constant };
  }
  return { source: text.source, render: (variables) => change(text.render(variables)) };
}
