/**
 * Finds the mistakes that nobody can commit, because the type check refuses them: for example a default that is there
 * only because the type of a value includes `undefined`, or a condition whose only effect is to narrow a type.
 */
import ts from 'typescript';
import { REPOSITORY } from '../../architecture/source-files.ts';
import type { Mutant } from './find-mutants.ts';

/**
 * What the compiler says of a mutant because it is a mutant: a condition that never changes, and code and names that it
 * leaves without use. Somebody who makes the mistake in another spelling does not get these errors.
 */
const OF_THE_SPELLING: ReadonlySet<number> = new Set([
  2774, // This condition will always return true since this function is always defined.
  2845, // This condition will always return the same value.
  2869, // Right operand of ?? is unreachable because the left operand is never nullish.
  2872, // This kind of expression is always truthy.
  2873, // This kind of expression is always falsy.
  6133, // The name is declared but its value is never read.
  6138, // The property is declared but its value is never read.
  6198, // All destructured elements are unused.
  7027, // Unreachable code detected.
]);

/**
 * A condition that is always true or never true stands for every condition that is true too often or too rarely. This
 * is what the compiler is asked about, because it does not infer types in code that is never reached.
 */
const WIDENED: ReadonlyMap<string, (original: string) => string> = new Map([
  ['true', (original) => `(${original}) || (0 as unknown as boolean)`],
  ['false', (original) => `(${original}) && (0 as unknown as boolean)`],
]);

/** Checks the types of one file at a time, as `npm run check` does, with one mutant in it. */
export class TypeCheck {
  readonly #services = new Map<string, ts.LanguageService>();
  readonly #root: string;
  /** The service of the last check. */
  #service: ts.LanguageService | undefined;
  #file = '';
  #text = '';
  #version = 0;

  constructor(root = REPOSITORY) {
    this.#root = root;
  }

  /**
   * Returns the mutant as somebody could commit it, or undefined if the type check refuses it. Where only certain words
   * are possible, another of these words takes the place of the empty text.
   *
   * @param text the text of the mutant's file
   * @throws Error if the type check also refuses the file without the mutant, because it then says nothing about
   * mutants
   */
  settle(mutant: Mutant, text: string): Mutant | undefined {
    const { file, change } = mutant;
    if (change.form !== 'expression' || mutant.isStandIn) return mutant;
    const original = text.slice(change.start, change.end);
    const refuses = (mistake: string): boolean =>
      this.#check(file, `${text.slice(0, change.start)}(${mistake})${text.slice(change.end)}`).some(
        ({ code }) => !OF_THE_SPELLING.has(code),
      );
    if (!refuses(WIDENED.get(change.text)?.(original) ?? change.text)) return mutant;
    const [fault] = this.#check(file, text);
    if (fault !== undefined)
      throw new Error(
        `the type check refuses ${file} without a mutant: ${ts.flattenDiagnosticMessageText(fault.messageText, ' ')}`,
      );
    const word = this.#otherWords(file, change.start).find((other) => !refuses(other));
    return word === undefined
      ? undefined
      : { ...mutant, replacement: word, change: { ...change, text: word } };
  }

  /** Returns the other words that the type of the text at this place permits, beginning with the next one. */
  #otherWords(file: string, at: number): readonly string[] {
    const program = this.#service?.getProgram();
    const source = program?.getSourceFile(this.#file);
    if (program === undefined || source === undefined) throw new Error(`${file} is not loaded`);
    const node = stringAt(source, at);
    if (node === undefined) return [];
    const checker = program.getTypeChecker();
    const type = ts.isCaseClause(node.parent)
      ? checker.getTypeAtLocation(node.parent.parent.parent.expression)
      : ts.isBinaryExpression(node.parent)
        ? checker.getTypeAtLocation(node.parent.left === node ? node.parent.right : node.parent.left)
        : checker.getContextualType(node);
    const words = (type?.isUnion() === true ? type.types : [])
      .filter((one) => one.isStringLiteral())
      .map(({ value }) => value)
      .toSorted();
    const own = words.indexOf(node.text);
    return [...words.slice(own + 1), ...words.slice(0, Math.max(own, 0))].map((word) => `'${word}'`);
  }

  #check(file: string, text: string): readonly ts.Diagnostic[] {
    this.#file = ts.sys.resolvePath(`${this.#root}/${file}`);
    this.#text = text;
    this.#version += 1;
    const config = ts.findConfigFile(this.#file, (name) => ts.sys.fileExists(name));
    if (config === undefined) throw new Error(`no tsconfig.json is above ${this.#file}`);
    const service = this.#services.get(config) ?? this.#serve(config);
    this.#services.set(config, service);
    this.#service = service;
    return service.getSemanticDiagnostics(this.#file);
  }

  #serve(config: string): ts.LanguageService {
    const { config: json } = ts.readConfigFile(config, (name) => ts.sys.readFile(name)) as {
      config: unknown;
    };
    const folder = config.slice(0, config.lastIndexOf('/'));
    // The files of the project are not listed: each check loads what its file imports.
    const { options } = ts.parseJsonConfigFileContent(json, { ...ts.sys, readDirectory: () => [] }, folder);
    const readPlanted = (name: string): string | undefined =>
      name === this.#file ? this.#text : ts.sys.readFile(name);
    return ts.createLanguageService({
      ...ts.sys,
      useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
      getCompilationSettings: () => options,
      getScriptFileNames: () => [this.#file],
      getScriptVersion: (name) => (name === this.#file ? String(this.#version) : '0'),
      getScriptSnapshot: (name) => {
        const text = readPlanted(name);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => folder,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      readFile: readPlanted,
    });
  }
}

function stringAt(source: ts.SourceFile, at: number): ts.StringLiteral | undefined {
  const find = (node: ts.Node): ts.StringLiteral | undefined =>
    ts.isStringLiteral(node) && node.getStart(source) === at ? node : ts.forEachChild(node, find);
  return find(source);
}
