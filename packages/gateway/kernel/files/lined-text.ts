/**
 * A YAML or JSON file that is read together with the line number of each member, so that error messages can state the
 * line.
 */
import { isAlias, isMap, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import { ownFault } from '../../core/errors.ts';
import type { DefinitionError } from '../../core/errors.ts';

export type Member = {
  readonly name: string;
  readonly value: unknown;
  readonly line: number | undefined;
  readonly node: unknown;
};

export type Members = {
  readonly line: number | undefined;
  get(name: string): Member | undefined;
};

export class LinedText {
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;

  /** @throws DefinitionError if the text is not YAML */
  constructor(file: string, text: string) {
    this.#file = file;
    this.#document = parseDocument(text, { lineCounter: this.#lines });
    const [problem] = this.#document.errors;
    if (problem === undefined) return;
    const message = problem.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? 'not YAML';
    throw this.error(problem.linePos?.[0].line, message);
  }

  get contents(): unknown {
    return this.#document.contents;
  }

  error(line: number | undefined, message: string): DefinitionError {
    return ownFault({ file: this.#file, line }, message);
  }

  lineOf(node: unknown): number | undefined {
    const range = (node as Partial<Node> | null | undefined)?.range;
    return range === undefined || range === null ? undefined : this.#lines.linePos(range[0]).line;
  }

  /**
   * Reads a map that may contain only certain names.
   * @param what a description of the map for messages, such as `a rule`
   * @throws DefinitionError unless the node is a map with only these names
   */
  members(node: unknown, what: string, names: readonly string[]): Members {
    const members = new Map<string, Member>();
    for (const member of this.named(node, what, names.join(', '))) {
      const { name, line } = member;
      if (!names.includes(name))
        throw this.error(line, `unknown member ${name} in ${what}; expected one of ${names.join(', ')}`);
      members.set(name, member);
    }
    return { line: this.lineOf(node), get: (name) => members.get(name) };
  }

  /**
   * Returns the members of a map in which every name is allowed.
   * @param of describes the map's contents, for messages
   * @throws DefinitionError if the node is not a map
   */
  named(node: unknown, what: string, of: string): readonly Member[] {
    const map = this.#resolved(node);
    if (!isMap(map)) throw this.error(this.lineOf(node), `${what} must be a map of ${of}`);
    return map.items.map(({ key, value }) => ({
      name: String(this.#plain(key)),
      line: this.lineOf(key),
      node: value,
      value: this.#plain(value),
    }));
  }

  /**
   * Returns the items of a list.
   * @throws DefinitionError if the member is not a list
   */
  items({ node, name, line }: Member): readonly unknown[] {
    const list = this.#resolved(node);
    if (isSeq(list)) return list.items;
    throw this.error(line, `${name} must be a list`);
  }

  #resolved(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }

  #plain(node: unknown): unknown {
    const { toJS } = (node ?? {}) as Partial<Node>;
    return toJS === undefined ? node : toJS.call(node as Node, this.#document);
  }
}
